"""What the doctor found: what it is, what it means, and what to do about it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

Level = Literal["wrong", "missing", "good"]
"""`wrong`: something does not work, or will not for long. `missing`: all works, but something could do more."""

MOST = 10


@dataclass(frozen=True, slots=True)
class Finding:
    """One finding: `about` is the place (`broker`, `lind/home`), `means` and `mend` are sentences, '' if it is good."""

    level: Level
    about: str
    what: str
    means: str = ""
    mend: str = ""


def good(about: str, what: str) -> Finding:
    """All is well there."""
    return Finding("good", about, what)


def wrong(about: str, what: str, means: str, mend: str) -> Finding:
    """Something does not work, or will not for long."""
    return Finding("wrong", about, what, means, mend)


def missing(about: str, what: str, means: str, mend: str) -> Finding:
    """Something could do more than it does."""
    return Finding("missing", about, what, means, mend)


def bounded(findings: Iterable[Finding]) -> Iterator[Finding]:
    """The findings; of those that say the same of many things the first ones, and how many more there are."""
    alike: dict[tuple[str, str], list[Finding]] = {}
    for finding in findings:
        like = alike.setdefault((finding.level, finding.means), [])
        like.append(finding)
        if finding.level == "good" or len(like) <= MOST:
            yield finding
    for (level, means), like in alike.items():
        if level != "good" and len(like) > MOST:
            last = like[-1]
            yield Finding(last.level, "…", f"the same of {len(like) - MOST} more, up to {last.about}", means, last.mend)
