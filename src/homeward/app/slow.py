"""Says what takes so long when homeward is started for the first time on a machine; itself it imports nothing slow."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from threading import Timer

SLOW_S = 2.0


@contextmanager
def told_if_slow() -> Iterator[None]:
    """Say it, once, if what is done here takes longer than usual."""
    telling = Timer(SLOW_S, _tell)
    telling.daemon = True
    telling.start()
    try:
        yield
    finally:
        telling.cancel()


@cache
def _tell() -> None:
    said = "starting; the first time on a machine takes some 20 seconds, in which it compiles what must be quick"
    print(said, file=sys.stderr, flush=True)
