"""Is a signal that stops a command noticed, and by every context it concerns?"""

import os
import signal
import threading

from echelon.stop_signals import noticed_stops


def stop_with(number: signal.Signals) -> None:
    try:
        os.kill(os.getpid(), number)
        signal.sigtimedwait([], 0)  # a call in which a pending signal's handler runs
    except KeyboardInterrupt:
        pass


def test_ctrl_c_and_sigterm_are_noticed_other_signals_are_not() -> None:
    former = signal.signal(signal.SIGUSR1, lambda *_: None)
    try:
        for number, is_stop in (
            (signal.SIGINT, True),
            (signal.SIGTERM, True),
            (signal.SIGUSR1, False),
        ):
            with noticed_stops() as is_stopped:
                assert not is_stopped()
                stop_with(number)
                assert is_stopped() is is_stop, number
    finally:
        signal.signal(signal.SIGUSR1, former)


def test_an_inner_context_tells_the_outer_one() -> None:
    with noticed_stops() as outer:
        with noticed_stops() as inner:
            stop_with(signal.SIGINT)
            assert inner()
        assert outer()


def test_an_inner_context_that_nobody_asked_tells_the_outer_one_too() -> None:
    with noticed_stops() as outer:
        with noticed_stops():
            stop_with(signal.SIGTERM)
        assert outer()


def test_handler_and_wakeup_of_before_are_put_back() -> None:
    handler = signal.getsignal(signal.SIGTERM)
    wakeup = signal.set_wakeup_fd(-1)
    signal.set_wakeup_fd(wakeup)
    with noticed_stops():
        assert signal.getsignal(signal.SIGTERM) is signal.default_int_handler
    assert signal.getsignal(signal.SIGTERM) is handler
    assert signal.set_wakeup_fd(wakeup) == wakeup


def test_outside_the_main_thread_nothing_is_ever_noticed() -> None:
    seen: list[bool] = []

    def look() -> None:
        with noticed_stops() as is_stopped:
            seen.append(is_stopped())

    thread = threading.Thread(target=look)
    thread.start()
    thread.join()
    assert seen == [False]
