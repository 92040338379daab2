"""Waiting for what a running hub will do in its own time."""

import asyncio
from collections.abc import Callable
from typing import Any


async def until(true: Callable[[], object], what: str) -> Any:
    """Wait for something to become true, and return it."""
    for _ in range(500):
        if found := true():
            return found
        await asyncio.sleep(0.02)
    raise AssertionError(f"this did not happen within 10 s: {what}")
