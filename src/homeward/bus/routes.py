"""Where a message's subject leads: to which node, and to which kind of word."""

from collections.abc import Sequence
from difflib import get_close_matches
from functools import lru_cache

from homeward.core.nodes import NONE, Nodes
from homeward.core.signal import UnknownSignal

READINGS, HEARD, TOLD, FOREIGN, ASKED, OUTCOMES, COLUMNS, BUNDLE, OURS, NOWHERE = range(1, 11)
HEARD_LEAF, SUBJECT = b".heard", b"homeward.heard"
LEAVES = {
    b"readings": READINGS,
    b"heard": HEARD,
    b"told": TOLD,
    b"asked": ASKED,
    b"outcomes": OUTCOMES,
    b"columns": COLUMNS,
}
"""`heard` is what the hub's connectors heard, at the time that goes with it, and SUBJECT much of that together; `told`
is what the hub itself says of a node, such as its settings. No client may write on any of them."""
Route = tuple[int, int]
"""A leaf, and the number of a node."""
OWN = {b"commands", b"errors", b"wishes"}
MOST_KNOWN, MOST_NODES = 4_000_000, 1_000_000


@lru_cache(MOST_NODES)
def as_heard(node: str) -> bytes:
    """The subject for what connectors heard of a node.

    >>> as_heard("lind/car")
    b'homeward.lind.car.heard'
    """
    return f"homeward.{node.replace('/', '.')}.heard".encode()


@lru_cache(MOST_NODES)
def as_readings(node: str) -> bytes:
    """The subject for what a node's device says."""
    return f"homeward.{node.replace('/', '.')}.readings".encode()


class Routes:
    """Subjects already met, as (leaf, node number); a node that is not known yet is looked for each time."""

    def __init__(self, nodes: Nodes) -> None:
        self._nodes = nodes
        self.known: dict[bytes, Route] = {}

    def of(self, subjects: Sequence[bytes]) -> list[Route]:
        """Where each of these leads."""
        known = self.known
        return [known.get(subject) or self.find(subject) for subject in subjects]

    def find(self, subject: bytes) -> Route:
        """Where a subject leads that is not in `known`; the node is -1 if nobody knows it."""
        parts = subject.split(b".")
        if parts[0] != b"homeward":
            return self._keep(subject, (FOREIGN, 0))
        if subject == SUBJECT:
            return self._keep(subject, (BUNDLE, 0))
        if len(parts) != 4:
            return NOWHERE, NONE
        if parts[3] in OWN:
            return self._keep(subject, (OURS, 0))
        node = self._nodes.find(b"/".join(parts[1:3]).decode(errors="replace"))
        leaf = LEAVES.get(parts[3], NOWHERE)
        if node == NONE or leaf == NOWHERE:
            return NOWHERE, NONE
        return self._keep(subject, (leaf, node))

    def _keep(self, subject: bytes, route: Route) -> Route:
        if len(self.known) >= MOST_KNOWN:
            self.known.clear()
        self.known[subject] = route
        return route

    def why_not(self, subject: bytes) -> tuple[str, str, str]:
        """What is wrong with a subject that leads nowhere, the part it is about, and the nearest right one."""
        parts = subject.decode(errors="replace").split(".")
        if len(parts) != 4:
            right = "homeward/{household}/{node}/readings"
            return f"the topic has {len(parts)} levels; write {right}", "/".join(parts)[:200], right
        name, leaf = "/".join(parts[1:3]), parts[3]
        if name not in self._nodes:
            try:
                self._nodes.number(name)
            except UnknownSignal as error:
                hint = f"; did you mean {error.nearest}?" if error.nearest else ""
                return f"unknown node {name[:200]}{hint}", name[:200], error.nearest
        known = [word.decode() for word, leaf in LEAVES.items() if leaf not in (HEARD, TOLD)]
        near = (get_close_matches(leaf, known, n=1, cutoff=0.4) or ["readings"])[0]
        return f"nothing is said on …/{leaf[:100]}; did you mean …/{near}?", leaf[:200], near
