"""Turn restrictions of OpenStreetMap as rows of arcs that must not be driven one after another.

Most are by way of a junction and become pairs of arcs; those by way of other roads become longer rows. One that allows
only one way on forbids all others.
"""

from collections import Counter, deque
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from homeward.models.roads.network import Column

RULES: Final = ("restriction:motorcar", "restriction:motor_vehicle", "restriction")
MOST_ARCS: Final = 60


@dataclass(frozen=True, slots=True)
class Rule:
    """`only`: nothing else is allowed; ways by their numbers, `via` a junction's number or some ways'."""

    only: bool
    way_in: int
    node: int
    ways: tuple[int, ...]
    way_out: int


def read_rule(relation: Any, left_out: Counter[str]) -> Rule | None:
    """The rule of a relation; None, and counted, where it is none for cars or cannot be understood."""
    said = next((relation.tags[key] for key in RULES if key in relation.tags), "")
    ends: dict[str, list[tuple[str, int]]] = {"from": [], "via": [], "to": []}
    for member in relation.members:
        if member.role in ends:
            ends[member.role].append((member.type, member.ref))
    if "motorcar" in relation.tags.get("except", "") or not said.startswith(("no_", "only_")):
        left_out["restrictions that are conditional, not for cars or not understood"] += 1
        return None
    kinds = {role: {kind for kind, _ in members} for role, members in ends.items()}
    single = len(ends["from"]) == len(ends["to"]) == 1 and kinds["from"] == kinds["to"] == {"w"}
    by_node = single and kinds["via"] == {"n"} and len(ends["via"]) == 1
    if not (by_node or (single and kinds["via"] == {"w"})):
        left_out["restrictions that are incomplete"] += 1
        return None
    only, way_in, way_out = said.startswith("only_"), ends["from"][0][1], ends["to"][0][1]
    if by_node:
        return Rule(only, way_in, ends["via"][0][1], (), way_out)
    return Rule(only, way_in, 0, tuple(ref for _, ref in ends["via"]), way_out)


class Rows:
    """Finds the arcs of rules in a network given by `tail`, `head` and `way` (m,), sorted by tail."""

    def __init__(self, tail: Column, head: Column, way: Column, junction: dict[int, int]) -> None:
        self.tail, self.head, self.way, self.junction = tail, head, way, junction
        self._by_head = np.argsort(head, kind="stable")
        self._heads = head[self._by_head]
        self._by_way = np.argsort(way, kind="stable")
        self._ways = way[self._by_way]

    def of(self, rules: list[Rule], left_out: Counter[str]) -> tuple[Column, Column, Column]:
        """Pairs of arcs (r, 2), and longer rows: where each begins (q + 1,), and their arcs (p,)."""
        pairs: set[tuple[int, ...]] = set()
        rows: set[tuple[int, ...]] = set()
        for rule in rules:
            found = self._by_ways(rule) if rule.ways else self._by_node(rule)
            if not found:
                left_out["restrictions on roads that are left out"] += 1
            for row in found:
                (pairs if len(row) == 2 else rows).add(row)
        longer = sorted(rows)
        first = np.cumsum([0, *map(len, longer)]).astype(np.int32)
        arcs = np.array([arc for row in longer for arc in row], dtype=np.int32)
        return np.array(sorted(pairs), dtype=np.int32).reshape(-1, 2), first, arcs

    def _into(self, node: int) -> list[int]:
        found: list[int] = self._by_head[slice(*np.searchsorted(self._heads, [node, node + 1]))].tolist()
        return found

    def _out_of(self, node: int) -> list[int]:
        return list(range(*np.searchsorted(self.tail, [node, node + 1]).tolist()))

    def _of_way(self, number: int) -> list[int]:
        found: list[int] = self._by_way[slice(*np.searchsorted(self._ways, [number, number + 1]))].tolist()
        return found

    def _barred(self, rule: Rule, node: int) -> list[int]:
        """The arcs out of a junction that the rule forbids; none if its way out does not begin there."""
        out = self._out_of(node)
        meant = [arc for arc in out if self.way[arc] == rule.way_out]
        return ([arc for arc in out if arc not in meant] if rule.only else meant) if meant else []

    def _by_node(self, rule: Rule) -> list[tuple[int, ...]]:
        node = self.junction.get(rule.node, -1)
        into = [arc for arc in self._into(node) if self.way[arc] == rule.way_in] if node >= 0 else []
        return [(a, b) for a in into for b in self._barred(rule, node)] if into else []

    def _by_ways(self, rule: Rule) -> list[tuple[int, ...]]:
        """From the way in along the ways between, as short as that is, to a junction where the way out begins."""
        between = {arc for number in rule.ways for arc in self._of_way(number)}
        found: list[tuple[int, ...]] = []
        for into in self._of_way(rule.way_in):
            path = self._along(into, between, rule)
            if path:
                found += [(*path, arc) for arc in self._barred(rule, int(self.head[path[-1]]))]
        return found

    def _along(self, into: int, between: set[int], rule: Rule) -> tuple[int, ...]:
        seen = {int(self.head[into])}
        open_rows: deque[tuple[int, ...]] = deque([(into,)])
        while open_rows:
            row = open_rows.popleft()
            node = int(self.head[row[-1]])
            if len(row) > 1 and any(self.way[arc] == rule.way_out for arc in self._out_of(node)):
                return row
            for arc in self._out_of(node) if len(row) < MOST_ARCS else []:
                there = int(self.head[arc])
                if arc in between and there not in seen and there != self.tail[into]:
                    seen.add(there)
                    open_rows.append((*row, arc))
        return ()
