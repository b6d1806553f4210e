"""Waiting for what happens by itself: by polling, with an end."""

import time
from collections.abc import Callable

EVERY = 0.1


def eventually[T](
    look: Callable[[], T], *, until: Callable[[T], object] = bool, seconds: float = 40
) -> T:
    """What is seen as soon as it is as wanted.

    Raises:
        AssertionError: It is not so in time; shows what was seen last.
    """
    end = time.monotonic() + seconds
    while True:
        seen = look()
        if until(seen):
            return seen
        assert time.monotonic() < end, f"Not in {seconds:.0f} s; seen last: {seen!r}"
        time.sleep(EVERY)
