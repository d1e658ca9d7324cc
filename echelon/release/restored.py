"""Is all of a restored backup in its place, and how does the rest get there?"""

from pathlib import Path

from echelon.release.layout import fsync_directory, pointer_path, restoring_dir


def is_restored(data_dir: Path) -> bool:
    """Say whether a backup lies here whole and checked, and not all in its place."""
    return pointer_path(restoring_dir(data_dir)).is_symlink()


def place_restored(data_dir: Path) -> None:
    """Move what was restored to its place: the log first, the pointer last."""
    restoring = restoring_dir(data_dir)
    pointer = pointer_path(restoring)
    for part in [*sorted({*restoring.iterdir()} - {pointer}), pointer]:
        part.rename(data_dir / part.name)
    fsync_directory(data_dir)
    restoring.rmdir()
