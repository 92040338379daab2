"""Work in parts that may be done at once: by whom is for the caller to say, as models have no threads of their own."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

Job = Callable[[], object]


def one_by_one(jobs: Sequence[Job]) -> None:
    """Do all jobs, one after another."""
    for job in jobs:
        job()


@dataclass(frozen=True, slots=True)
class Crew:
    """So many hands, and how they do jobs and are waited for; the inner loops let other threads run meanwhile."""

    hands: int = 1
    work: Callable[[Sequence[Job]], None] = one_by_one

    def parts(self, count: int) -> list[slice]:
        """`count` things in at most as many parts as there are hands, one after another and about as large."""
        many = max(1, min(self.hands, count))
        return [slice(count * part // many, count * (part + 1) // many) for part in range(many)]


ALONE: Final = Crew()
