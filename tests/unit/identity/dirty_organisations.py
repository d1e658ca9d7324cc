"""Invented organisations as several people would type them, with the truth.

Unlike the sample company's, names come in many shapes, branches of one chain share
names, and every field may be missing, shortened, turned round or mistyped.
"""

import random
from dataclasses import dataclass


def words(text: str) -> list[str]:
    return text.split()


FIRST = words(
    "Abbott Aldgate Amber Anker Apex Arden Atlas Aurora Baltic Barlow Beacon "
    "Bergmann Birch Blackwood Blue Bright Brook Cardinal Castle Cedar Chester "
    "Clarke Cobalt Coral Crown Dalton Delta Dietrich Drake Dunmore Eagle Eastgate "
    "Eichler Elm Ember Everest Falcon Fischer Fleming Forge Fox Garrison Gibson "
    "Glen Golden Granite Hansen Harbor Hartmann Heron Hoffmann Horizon Huber Iron "
    "Ivory Jansen Jasper Juniper Keller Kestrel King Kraft Lakeside Lange Larch "
    "Lindgren Lion Lotus Lund Maple Martin Meridian Meyer Mill Monarch Moreau "
    "Neumann Newton Noble Nordic North Oak Olsen Omega Opal Orchard Orion Osprey "
    "Palmer Park Pearl Phoenix Pine Pioneer Polar Quartz Ramsey Raven Redwood Regal "
    "Richter Ridge River Rossi Royal Saffron Schmidt Sierra Silver Sommer Sterling "
    "Stone Summit Swan Tanner Thorne Titan Tower Turner Ulrich Union Valley Vega "
    "Vogel Wagner Walker Weber West White Willow Winter Wolf York Zenith Ziegler"
)
KINDS = {
    "International": "Intl",
    "Manufacturing": "Mfg",
    "Engineering": "Eng",
    "Services": "Svcs",
    "Technologies": "Tech",
    "Construction": "Constr",
    "Industries": "Ind",
    "Distribution": "Distr",
    "Equipment": "Equip",
    "Logistics": "Log",
    "Management": "Mgmt",
    "Pharmaceuticals": "Pharma",
    "Brothers": "Bros",
    "Associates": "Assoc",
    "Laboratories": "Labs",
    "Systems": "Sys",
    "Supply": "Supp",
    "Transport": "Transp",
    "Foods": "Foods",
    "Bakery": "Bakery",
    "Motors": "Motors",
    "Paper": "Paper",
    "Print": "Print",
    "Glass": "Glass",
}
FORMS = {
    "Ltd": "Limited",
    "Inc": "Incorporated",
    "Inc.": "",
    "GmbH": "G.m.b.H.",
    "S.A.": "SA",
    "B.V.": "BV",
    "Corp": "Corporation",
    "Co": "Company",
    "Pty Ltd": "Proprietary Limited",
    "LLC": "L.L.C.",
    "": "Ltd",
    "AG": "",
}
STREETS = {"Street": "St", "Road": "Rd", "Avenue": "Ave", "Lane": "Ln", "Drive": "Dr"}
STREET_NAMES = words(
    "Station Church High Mill Victoria Park London Queen Bridge Market Grove Albert "
    "Manor Chapel School Windsor Springfield George Main Kings North South West "
    "East Washington Lincoln Jefferson Franklin Madison Cherry Walnut Chestnut "
    "Spruce"
)
CITIES = words(
    "Ashford Barton Carlow Dunford Elmira Fairfax Gorham Hadley Ipswich Kendal "
    "Lowell Malden Norwood Oxford Preston Quincy Reading Salem Taunton Upton Vernon "
    "Wells Yarmouth Aurora Bristol Camden Dover Easton Franklin Geneva"
)


@dataclass(frozen=True)
class Habits:
    """How dirty the records are: shares of records, from 0 to 1."""

    missing: float = 0.15
    abbreviated: float = 0.25
    mistyped: float = 0.15
    turned: float = 0.12
    dropped_word: float = 0.08
    moved: float = 0.04
    chain_share: float = 0.08
    sizes: tuple[int, ...] = (1, 1, 2, 2, 3, 4)


def dirty_organisations(
    count: int, seed: int, habits: Habits | None = None
) -> list[dict[str, str | None]]:
    """Write records of ``count`` organisations.

    Returns:
        Rows of id, name, address, city, postal_code, phone, email, entity; shuffled.
    """
    draw = random.Random(seed)
    habits = habits or Habits()
    rows: list[dict[str, str | None]] = []
    last_name = ""
    for entity in range(count):
        clean = _organisation(draw)
        if last_name and draw.random() < habits.chain_share:
            clean["name"] = last_name  # another branch of the same chain
        last_name = str(clean["name"])
        rows += [
            {**_written(clean, draw, habits), "entity": str(entity)}
            for _ in range(draw.choice(habits.sizes))
        ]
    draw.shuffle(rows)
    for number, row in enumerate(rows):
        row["id"] = f"r{number:06d}"
    return rows


def _organisation(draw: random.Random) -> dict[str, str | None]:
    parts = draw.sample(FIRST, draw.choice((1, 2, 2, 2)))
    parts += draw.sample(list(KINDS), draw.choice((0, 1, 1, 2)))
    if len(parts) == 1:
        parts += draw.sample(list(KINDS), 1)
    core = " & ".join(parts[:2]) if draw.random() < 0.15 else " ".join(parts[:2])
    name = " ".join([core, *parts[2:]])
    city = draw.choice(CITIES)
    return {
        "name": f"{name} {draw.choice(list(FORMS))}".strip(),
        "address": f"{draw.randint(1, 400)} {draw.choice(STREET_NAMES)} "
        f"{draw.choice(list(STREETS))}",
        "city": city,
        "postal_code": f"{10000 + 100 * CITIES.index(city) + draw.randint(0, 30)}",
        "phone": f"({draw.randint(200, 989)}) {draw.randint(200, 989)}-"
        f"{draw.randint(0, 9999):04d}",
        "email": f"info@{''.join(parts[:2]).lower()}{draw.randint(1, 99)}.example",
    }


def _written(
    clean: dict[str, str | None], draw: random.Random, habits: Habits
) -> dict[str, str | None]:
    row = dict(clean)
    row["name"] = _name(str(clean["name"]), draw, habits)
    row["address"] = _address(str(clean["address"]), draw, habits)
    digits = "".join(filter(str.isdigit, str(clean["phone"])))
    row["phone"] = draw.choice(
        (
            clean["phone"],
            digits,
            f"{digits[:3]}/{digits[3:6]}-{digits[6:]}",
            f"+1 {digits}",
        )
    )
    if draw.random() < habits.moved:
        moved = _organisation(draw)
        row |= {key: moved[key] for key in ("address", "city", "postal_code")}
    for field in ("address", "city", "postal_code", "phone", "email"):
        if draw.random() < habits.missing:
            row[field] = None
    return row


def _name(name: str, draw: random.Random, habits: Habits) -> str:
    for long, short in KINDS.items():
        if long in name and draw.random() < habits.abbreviated:
            name = name.replace(long, draw.choice((short, f"{short}.", short.upper())))
    for form, other in FORMS.items():
        if form and name.endswith(f" {form}") and draw.random() < 0.3:
            name = f"{name.removesuffix(form)}{other}".strip()
    words = name.replace("&", draw.choice(("&", "and", ""))).split()
    if len(words) > 3 and draw.random() < habits.dropped_word:
        words.pop(draw.randrange(1, len(words) - 1))
    if draw.random() < habits.turned:
        words = words[1:2] + words[:1] + words[2:]
    if draw.random() < habits.mistyped:
        at = max(range(len(words)), key=lambda place: len(words[place]))
        words[at] = _typo(words[at], draw)
    text = " ".join(words)
    return draw.choice((text, text, text, text.upper(), text.lower()))


def _address(address: str, draw: random.Random, habits: Habits) -> str:
    for long, short in STREETS.items():
        if draw.random() < habits.abbreviated:
            address = address.replace(long, draw.choice((short, f"{short}.")))
    house, *street = address.split()
    if draw.random() < habits.mistyped / 2:
        street[0] = _typo(street[0], draw)
    if draw.random() < habits.turned:
        return f"{' '.join(street)} {house}"
    return f"{house} {' '.join(street)}"


def _typo(word: str, draw: random.Random) -> str:
    if len(word) < 4:
        return word
    at = draw.randrange(1, len(word) - 1)
    return draw.choice(
        (
            word[:at] + word[at + 1 :],
            word[:at] + word[at + 1] + word[at] + word[at + 2 :],
            word[:at] + draw.choice("aeinrst") + word[at + 1 :],
            word[:at] + word[at] + word[at:],
        )
    )
