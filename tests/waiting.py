"""Waiting for what a running hub will do in its own time."""

import asyncio
from collections.abc import Callable
from typing import Any


async def until(true: Callable[[], object], what: str, within_s: float = 10.0) -> Any:
    """Wait for something to become true, and return it."""
    for _ in range(round(within_s / 0.02)):
        if found := true():
            return found
        await asyncio.sleep(0.02)
    raise AssertionError(f"this did not happen within {within_s:g} s: {what}")
