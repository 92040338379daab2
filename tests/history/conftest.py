"""What the stories about history share: a folder to keep it in, and a way to say readings shortly."""

from collections import Counter
from collections.abc import Callable, Iterator
from math import inf
from pathlib import Path
from typing import Any

import pytest

from homeward.history import History
from homeward.history.tables import from_rows

MONDAY = 1_732_492_800.0
"""2024-11-25 00:00 UTC."""


@pytest.fixture
def history(tmp_path: Path) -> Iterator[History]:
    with History(tmp_path / "history") as history:
        yield history


@pytest.fixture
def speeds() -> Callable[..., Any]:
    """Rows for messages first..last of a stream, two speeds each, a second apart, of two cars in turn."""

    def rows(first: int, last: int, stream: str = "readings", start: float = MONDAY) -> Any:
        return from_rows(
            "readings",
            [
                {
                    "node": ("lind/car", "berg/van")[sequence % 2],
                    "path": path,
                    "at": start + sequence - 0.5,
                    "arrived": start + sequence,
                    "value": float(sequence),
                    "stream": stream,
                    "sequence": sequence,
                }
                for sequence in range(first, last + 1)
                for path in ("Vehicle.Speed", "Vehicle.TraveledDistance")
            ],
        )

    return rows


def stored(history: History) -> Counter[int]:
    """How many rows of each sequence the table of readings holds."""
    found: Any = history.select("select sequence from readings", {}, (0.0, inf), "readings")
    return Counter(found["sequence"].to_pylist())


def twice(first: int, last: int) -> dict[int, int]:
    """What `stored` tells where each of these messages is there, once."""
    return dict.fromkeys(range(first, last + 1), 2)
