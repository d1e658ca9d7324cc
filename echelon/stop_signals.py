"""Did somebody stop the run?

Dagster raises from its signal handler, and an engine that is struck in the middle of a
query makes an error of its own of it. The interpreter's wake-up pipe tells for sure.
"""

import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

STOPS = {signal.SIGINT, signal.SIGTERM}


@contextmanager
def noticed_stops() -> Iterator[Callable[[], bool]]:
    """Notice Ctrl-C and SIGTERM while a handler is set for them.

    Yields:
        Says whether one came since; outside the main thread, which alone is sent them,
        never.
    """
    if threading.current_thread() is not threading.main_thread():
        yield lambda: False
        return
    reader, writer = os.pipe()
    os.set_blocking(reader, False)
    os.set_blocking(writer, False)
    seen: set[int] = set()

    def is_stopped() -> bool:
        with suppress(BlockingIOError):  # no signal since the last look
            seen.update(os.read(reader, 1024))
        return not seen.isdisjoint(STOPS)

    before = signal.set_wakeup_fd(writer, warn_on_full_buffer=False)
    try:
        yield is_stopped
    finally:
        signal.set_wakeup_fd(before)
        os.close(writer)
        os.close(reader)
