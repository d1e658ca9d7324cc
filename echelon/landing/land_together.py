"""How do the deliveries of several systems appear all at once, or not at all?

Each is renamed into place, but readers pass over it as long as the scratch directory of
its landing names it. Removing that one file lets them all in. A landing that was killed
before leaves the file behind; the next one takes back what it names.
"""

import json
import os
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from echelon.errors import EchelonError, ExitCode, Fault
from echelon.landing.land_delivery import LandedDelivery
from echelon.landing.manifest import (
    SCRATCH_PREFIX,
    UNDER_WAY_FILE,
    read_under_way,
)
from echelon.release.layout import fsync_directory

_LOCK_NAME = ".land.lock"


@contextmanager
def scratch_of_landing(landing_dir: Path) -> Iterator[Path]:
    """Open the scratch directory of a landing; whatever happens, it is gone afterwards.

    Args:
        landing_dir: Directory of the deliveries; one landing at a time.

    Yields:
        An empty directory on the same disk, which readers of deliveries pass over.

    Raises:
        EchelonError: ``BUSY`` if another process is landing here.
    """
    landing_dir.mkdir(parents=True, exist_ok=True)
    try:
        with FileLock(landing_dir / _LOCK_NAME, timeout=0):
            for left in sorted(landing_dir.glob(f"{SCRATCH_PREFIX}*")):
                _take_back(left)
            scratch = Path(tempfile.mkdtemp(prefix=SCRATCH_PREFIX, dir=landing_dir))
            try:
                yield scratch
            finally:
                _take_back(scratch)
    except Timeout:
        raise EchelonError(
            ExitCode.BUSY,
            Fault(
                code="busy",
                message="another process is landing deliveries here",
                file=str(landing_dir),
                rule="one landing at a time",
                hint="wait for it to end, then start again",
            ),
        ) from None


def publish_together(scratch: Path, deliveries: Sequence[LandedDelivery]) -> None:
    """Put the new deliveries of a landing in place, all of them or none.

    Args:
        scratch: Scratch directory; each new delivery stands in it by its system's name.
        deliveries: What landed, new or not.
    """
    fresh = [delivery for delivery in deliveries if delivery.is_new]
    under_way = scratch / UNDER_WAY_FILE
    labels = [f"{delivery.system}/{delivery.delivery_id}" for delivery in fresh]
    # Written under another name first: a torn list would let some of them in.
    draft = under_way.with_suffix(".draft")
    with draft.open("w", encoding="utf-8") as stream:
        stream.write(json.dumps(labels))
        stream.flush()
        os.fsync(stream.fileno())
    draft.rename(under_way)
    fsync_directory(scratch)
    fsync_directory(scratch.parent)
    for delivery in fresh:
        delivery.path.parent.mkdir(exist_ok=True)
        (scratch / delivery.system).rename(delivery.path)
        fsync_directory(delivery.path.parent)
    under_way.unlink()
    fsync_directory(scratch)


def _take_back(scratch: Path) -> None:
    """Remove a scratch directory, and first the deliveries that still wait in place."""
    under_way = scratch / UNDER_WAY_FILE
    if under_way.is_file():
        for label in read_under_way(under_way):
            shutil.rmtree(scratch.parent / label, ignore_errors=True)
    shutil.rmtree(scratch, ignore_errors=True)
