"""Point sets after the clustering literature, drawn anew: forms, blobs and none."""

import numpy as np
from sklearn.datasets import make_circles, make_moons

Drawn = tuple[np.ndarray, np.ndarray]


def blobs(
    sizes: list[int], dimensions: int, spreads: list[float], seed: int = 0
) -> Drawn:
    """Gaussian groups whose centres lie at least eight apart."""
    generator = np.random.default_rng(seed)
    centres: list[np.ndarray] = []
    width = 16.0
    while len(centres) < len(sizes):
        centre = generator.uniform(0, width, dimensions)
        if all(np.linalg.norm(centre - other) >= 8 for other in centres):
            centres.append(centre)
        width *= 1.005
    points = [
        centre + generator.normal(size=(size, dimensions)) * spread
        for centre, size, spread in zip(centres, sizes, spreads, strict=True)
    ]
    return np.concatenate(points), np.repeat(np.arange(len(sizes)), sizes)


def sheared() -> Drawn:
    """Three round groups sheared until they are long and slanted."""
    points, labels = blobs([170, 170, 160], 2, [1, 1, 1], seed=3)
    return points @ np.array([[0.6, -0.6], [-0.4, 0.8]]), labels


def rings() -> Drawn:
    """Three rings around one centre."""
    generator = np.random.default_rng(0)
    sizes = [200, 400, 600]
    angles = generator.uniform(0, 2 * np.pi, sum(sizes))
    labels = np.repeat([0, 1, 2], sizes)
    circle = np.column_stack([np.cos(angles), np.sin(angles)])
    return circle * (labels + 1)[:, None] + generator.normal(
        0, 0.07, circle.shape
    ), labels


def spirals() -> Drawn:
    """Two arms around each other, three quarters of a turn apart at most."""
    generator = np.random.default_rng(0)
    reach = np.sqrt(generator.uniform(0.08, 1, 1000)) * 3 * np.pi
    labels = np.repeat([0, 1], 500)
    angles = reach + np.pi * labels
    arms = np.column_stack([reach * np.cos(angles), reach * np.sin(angles)])
    return arms + generator.normal(0, 0.2, arms.shape), labels


def chain_links() -> Drawn:
    """Two linked rings in space (Ultsch's Chainlink)."""
    generator = np.random.default_rng(0)
    angles = generator.uniform(0, 2 * np.pi, 1000)
    flat, zero = np.column_stack([np.cos(angles), np.sin(angles)]), np.zeros(500)
    first = np.column_stack([flat[:500], zero])
    second = np.column_stack([1 + flat[500:, 0], zero, flat[500:, 1]])
    points = np.concatenate([first, second])
    noise = generator.uniform(-0.1, 0.1, points.shape)
    return points + noise, np.repeat([0, 1], 500)


def core_in_shell() -> Drawn:
    """A dense ball inside a thin hollow one (Ultsch's Atom)."""
    generator = np.random.default_rng(0)
    directions = generator.normal(size=(800, 3))
    directions /= np.linalg.norm(directions, axis=1)[:, None]
    radii = np.concatenate([generator.uniform(0, 10, 400), np.full(400, 50.0)])
    return directions * radii[:, None], np.repeat([0, 1], 400)


FORMS = {
    "moons": make_moons(500, noise=0.06, random_state=1),
    "circles": make_circles(600, factor=0.5, noise=0.05, random_state=1),
    "rings": rings(),
    "spirals": spirals(),
    "chain_links": chain_links(),
    "core_in_shell": core_in_shell(),
}
GROUPS = {
    "two_in_two_dimensions": blobs([150, 150], 2, [1, 1]),
    "five_of_unequal_size": blobs([30, 60, 120, 240, 480], 2, [1] * 5, seed=1),
    "four_of_unequal_spread": blobs([120] * 4, 3, [0.4, 1.0, 1.4, 1.8], seed=2),
    "twelve_in_twenty_dimensions": blobs([50] * 12, 20, [1] * 12),
    "nine_in_six_dimensions": blobs([60] * 9, 6, [1] * 9, seed=4),
    "long_and_slanted": sheared(),
}


def cloud(kind: str, count: int, dimensions: int, seed: int) -> np.ndarray:
    """Points without groups."""
    generator = np.random.default_rng(seed)
    if kind == "uniform":
        return generator.uniform(size=(count, dimensions))
    normal = generator.normal(size=(count, dimensions))
    return np.exp(normal) if kind == "skewed" else normal


def skewed_spend(seed: int) -> Drawn:
    """Four kinds of customer whose spend, orders and weights are log-normal."""
    generator = np.random.default_rng(seed)
    typical = generator.uniform(0, 6, (4, 5))
    labels = generator.integers(0, 4, 1200)
    noise = generator.normal(0, 0.7, (1200, 5))
    return np.exp(typical[labels] + noise) * [100, 1, 10, 1000, 5], labels
