"""What Typst leaves to the process around it: its memory, and that it reaches no network."""

import ctypes
import os
import resource
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

# Typst keeps the results of its last ten compiles for reuse, of which chunks have little: 250
# letters leave 350 MB. Ten compiles of nothing let them go. What that costs is no more than what
# carrying them along would; doing it only past this size makes it free in short runs.
_FLUSH_ABOVE = 192 * 1024 * 1024
_COMPILES_KEPT = 10
_trim = getattr(ctypes.CDLL(None), "malloc_trim", None)  # glibc's alone


def flush_if_large(compile_nothing: Callable[[], object]) -> None:
    """Let Typst's cache go if the process has become large."""
    if _resident() > _FLUSH_ABOVE:
        for _ in range(_COMPILES_KEPT):
            compile_nothing()
        if _trim:
            _trim(0)


@contextmanager
def offline() -> Iterator[None]:
    """Let Typst fetch no packages: it is sent to a proxy that nobody answers at.

    It has no setting for that, and a package's name, put together from a record, could carry data
    out. Other threads of the process must not open connections meanwhile.
    """
    before = {name: os.environ.get(name) for name in ("https_proxy", "no_proxy", "NO_PROXY")}
    os.environ["https_proxy"] = "http://127.0.0.1:9"
    os.environ.pop("no_proxy", None)
    os.environ.pop("NO_PROXY", None)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


def _resident() -> int:
    """Memory that the process holds, in bytes; its peak where the system does not tell."""
    try:
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    return pages * resource.getpagesize()
