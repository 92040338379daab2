"""What a publisher sent again because no answer reached it: recognised, so that it counts once.

A message is one sent again if the same node said the same bytes with the same `at`, or the same `id`, within the last
one to two minutes by the log's clock. What is remembered is a function of the log alone, is bounded, and is kept in the
snapshot, so a resend is recognised across a crash too. See docs/decisions/0014-resends.md.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from hashlib import blake2b
from typing import Any

import numpy as np
from numpy.typing import NDArray

REMEMBERED_NS = 60_000_000_000
MOST_REMEMBERED = 50_000
LONGEST_ID = 200
Mark = tuple[int, float, int]
"""A node, the instant `at` that it gave, and the `crc32` of what it said."""


class Resends:
    """The marks of recent messages: those of the current minute, and those of the minute (or the 50,000) before."""

    def __init__(self) -> None:
        self._until_ns = 0
        self._young: set[int] = set()
        self._old: set[int] = set()
        self._fresh: list[int] | None = None

    @contextmanager
    def all_or_none(self) -> Iterator[None]:
        """Forget what was remembered inside if that fails, so that the same can be read once more."""
        fresh: list[int] = []
        self._fresh = fresh
        try:
            yield
        except BaseException:
            self._young.difference_update(fresh)
            self._old.difference_update(fresh)
            raise
        finally:
            self._fresh = None

    def again(self, node: int, at: float, mark: int, time_ns: int) -> bool:
        """Whether the node said exactly this (its `crc32`) before, of the same instant `at`; remembered from now on."""
        return self._seen(hash((node, at, mark)), time_ns)

    def knows(self, node: int, at: float, mark: int) -> bool:
        """Whether the node is remembered to have said that; nothing is remembered by asking."""
        sign = hash((node, at, mark))
        return sign in self._young or sign in self._old

    def are_new(self, marks: Sequence[Mark], time_ns: int) -> bool:
        """Whether none of these was said before and none is there twice; only then all are remembered."""
        if len(set(marks)) < len(marks) or any(self.knows(*one) for one in marks):
            return False
        for one in marks:
            self.again(*one, time_ns)
        return True

    def again_by_id(self, node: int, id: str, time_ns: int) -> bool:
        """Whether something with this id was said to or by the node before; remembered from now on."""
        digest = blake2b(f"{node} {id}".encode(), digest_size=8).digest()
        return self._seen(int.from_bytes(digest, "big", signed=True), time_ns)

    def _seen(self, mark: int, time_ns: int) -> bool:
        if time_ns > self._until_ns or len(self._young) >= MOST_REMEMBERED:
            self._turn_over(time_ns)
        if mark in self._young or mark in self._old:
            return True
        self._young.add(mark)
        if self._fresh is not None:
            self._fresh.append(mark)
        return False

    def _turn_over(self, time_ns: int) -> None:
        self._old = self._young if time_ns <= self._until_ns + REMEMBERED_NS else set()
        self._young, self._until_ns = set(), time_ns + REMEMBERED_NS

    def taken(self) -> dict[str, NDArray[Any]]:
        """Everything, as arrays for the snapshot; the marks of both ages one after the other."""
        marks = [*self._young, *self._old]
        return {
            "resends.ages": np.array([self._until_ns, len(self._young)], np.int64),
            "resends.marks": np.array(marks, np.int64),
        }

    def restore(self, arrays: Mapping[str, NDArray[Any]]) -> None:
        """Go on from what a snapshot holds; nothing is remembered from one that does not know of this."""
        if "resends.ages" not in arrays:
            return
        self._until_ns, young = arrays["resends.ages"].tolist()
        marks = arrays["resends.marks"].tolist()
        self._young, self._old = set(marks[:young]), set(marks[young:])


def checked_id(said: Any) -> str:
    """An `id` as a sender may choose it. Raises ValueError saying what would be right."""
    if not isinstance(said, str) or not 0 < len(said) <= LONGEST_ID:
        raise ValueError(f"id: write text of 1 to {LONGEST_ID} characters, another one for each message")
    return said
