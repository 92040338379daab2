"""Topics with named parts (`zigbee2mqtt/{name}/set`), and which patterns a topic fits, however many there are."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from homeward.core.signal import Refused

PART = re.compile(r"\{([A-Za-z_]\w*)(/#)?\}")
FIELD = "field"
"""The part that is no part of a name but the name of a field: `teslamate/cars/1/{field}`, `…/metric/{field/#}`."""
MOST_BYTES = 1000
What = TypeVar("What")


def parts_of(text: str) -> list[str]:
    """The names of the parts in a text, in order.

    >>> parts_of("{base}/{name}/set")
    ['base', 'name']
    """
    return [found[1] for found in PART.finditer(text)]


def fill(text: str, known: Mapping[str, str]) -> str:
    """The text with the known parts in their places; the others stay.

    >>> fill("{base}/{name}/set", {"name": "Living Room"})
    '{base}/Living Room/set'
    """
    return PART.sub(lambda found: known[found[1]] if found[1] in known and not found[2] else found[0], text)


def as_filter(pattern: str) -> str:
    """The MQTT filter of a pattern: parts that may be anything become `+`, `{field/#}` becomes `#`. Raises Refused.

    >>> as_filter("ovms/{user}/{car}/metric/{field/#}")
    'ovms/+/+/metric/#'
    """
    levels = pattern.split("/")
    if levels[-1] == "#}":
        levels = [*levels[:-2], levels[-2] + "/#}"]
    out = []
    for place, level in enumerate(levels):
        found = PART.fullmatch(level)
        last = place == len(levels) - 1
        if found and (not found[2] or (found[1] == FIELD and last)):
            out.append("#" if found[2] else "+")
        elif "{" in level and PART.search(level):
            raise Refused(f"{level!r} of {pattern!r}: a part that may be anything stands alone between slashes")
        elif ("#" in level and not (level == "#" and last)) or ("+" in level and level != "+") or "\0" in level:
            raise Refused(f"{level!r} of {pattern!r}: + stands alone between slashes, # alone at the end")
        else:
            out.append(level)
    topic = "/".join(out)
    if not pattern or len(topic.encode()) > MOST_BYTES:
        raise Refused(f"{pattern[:60]!r}: a topic has 1 to {MOST_BYTES} bytes")
    return topic


def as_topic(text: str) -> str:
    """A topic to publish on, as it is. Raises Refused if it has wildcards, or a part nobody has filled in."""
    missing = parts_of(text)
    if missing:
        raise Refused(f"{text!r}: say what {missing[0]} is")
    if not text or "+" in text or "#" in text or "\0" in text or len(text.encode()) > MOST_BYTES:
        raise Refused(f"{text[:60]!r} is not a topic to send to: no + and no #, and at most {MOST_BYTES} bytes")
    return text


def overlap(one: str, other: str) -> bool:
    """Whether some topic fits both filters.

    >>> overlap("a/+/c", "a/b/#"), overlap("a/+/c", "a/b/d")
    (True, False)
    """
    ones, others = one.split("/"), other.split("/")
    for left, right in zip(ones, others, strict=False):
        if "#" in (left, right):
            return True
        if left != right and "+" not in (left, right):
            return False
    longer = ones if len(ones) > len(others) else others
    return len(ones) == len(others) or longer[min(len(ones), len(others))] == "#"


@dataclass(slots=True)
class _Branch(Generic[What]):
    below: "dict[str, _Branch[What]]" = field(default_factory=dict)
    here: list[What] = field(default_factory=list)
    deeper: list[What] = field(default_factory=list)


class Matcher(Generic[What]):
    """Things by MQTT filter; finds those that a topic fits in a time that depends on the topic's depth alone."""

    def __init__(self, things: Iterable[tuple[str, What]] = ()) -> None:
        self._root: _Branch[What] = _Branch()
        for pattern, thing in things:
            self.add(pattern, thing)

    def add(self, pattern: str, thing: What) -> None:
        """Let topics that fit the filter find the thing."""
        self._place(pattern).append(thing)

    def remove(self, pattern: str, thing: What) -> None:
        """Take back what was added."""
        self._place(pattern).remove(thing)

    def _place(self, pattern: str) -> list[What]:
        branch = self._root
        levels = pattern.split("/")
        for level in levels[:-1] if levels[-1] == "#" else levels:
            branch = branch.below.setdefault(level, _Branch())
        return branch.deeper if levels[-1] == "#" else branch.here

    def find(self, topic: str) -> list[What]:
        """All whose filter the topic fits.

        >>> Matcher([("a/+", 1), ("a/b", 2), ("a/#", 3), ("b/#", 4)]).find("a/b")
        [3, 2, 1]
        """
        found: list[What] = []
        branches = [self._root]
        for level in topic.split("/"):
            following = []
            for branch in branches:
                found += branch.deeper
                following += [one for key in (level, "+") if (one := branch.below.get(key)) is not None]
            branches = following
        for branch in branches:
            found += branch.deeper + branch.here
        return found
