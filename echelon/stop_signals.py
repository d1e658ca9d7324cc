"""Did somebody stop the command?

What a signal raises an engine may take, in the middle of a query, for an error of its
own. The interpreter's wake-up pipe tells for sure.
"""

import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from echelon.errors import EchelonError, ExitCode, Fault

STOPS = {signal.SIGINT, signal.SIGTERM}


@contextmanager
def noticed_stops() -> Iterator[Callable[[], bool]]:
    """Notice Ctrl-C, and SIGTERM, which interrupts as Ctrl-C does.

    Yields:
        Says whether one came since; outside the main thread, which alone is sent them,
        never. One context in another tells that one what it saw.
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

    outer = signal.set_wakeup_fd(writer, warn_on_full_buffer=False)
    handler = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield is_stopped
    finally:
        signal.signal(signal.SIGTERM, handler)
        signal.set_wakeup_fd(outer)
        if is_stopped() and outer >= 0:
            os.write(outer, bytes(seen))
        os.close(writer)
        os.close(reader)


def stopped() -> EchelonError:
    """Say that a signal ended a command."""
    hint = "echelon status says which release is in force"
    fault = Fault("stopped", "stopped by a signal", hint=hint)
    return EchelonError(ExitCode.STOPPED, fault)
