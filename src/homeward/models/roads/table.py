"""Distances between groups of places on roads, with a second cost along the way: what plans with stops are made of."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from homeward.models.roads.cch import Hierarchy, Spaces
from homeward.models.roads.crew import ALONE, Crew
from homeward.models.roads.kernels import NOWHERE
from homeward.models.roads.network import Column
from homeward.models.roads.roads import Roads, Spot

Group = Sequence[Sequence[Spot]]
"""Places, each with the spots by which it can be left and reached."""


@dataclass(frozen=True, eq=False, slots=True)
class Climbed:
    """A group as one side of a table: its places' spots (s,), what lies between them and the graph, and above it.

    `rest` are weight and second cost of the part of each spot's own arc (2, s).
    """

    group: Group
    place: Column
    rest: Column
    spaces: Spaces


class Table:
    """One way to weigh the roads, int (m,), and a second cost (m,) along what it chooses.

    One of them may be times, ms, to which what turns cost comes: `times` says `weight`, `cost` or neither (``).
    """

    def __init__(self, roads: Roads, weight: Column, cost: Column, crew: Crew = ALONE, times: str = "") -> None:
        """Lay the weights on a twin of the roads; `roads` stay as they are."""
        self.roads, self.crew, self._times = roads, crew, times
        self.weight, self.cost = np.asarray(weight), np.asarray(cost, dtype=np.float64)
        self.ways: Hierarchy = roads.ways.twin()
        arc = roads.turns.arc
        self.ways.customise(roads.turned(self.weight) if times == "weight" else self.weight[arc], crew)
        self._carried = self.ways.carried(self.cost[arc] + (roads.turns.extra_ms if times == "cost" else 0.0))

    def leaving(self, places: Group) -> Climbed:
        """The group as where one begins."""
        spots = [(i, spot) for i, spots in enumerate(places) for spot in spots]
        ends = [int(self.roads.turns.end_of[spot.arc]) for _, spot in spots]
        return self._climbed(places, spots, ends, False, np.zeros(len(ends)))

    def reaching(self, places: Group) -> Climbed:
        """The group as where one ends; a spot counts once for each junction of the graph its arc begins at."""
        first, tails = self.roads.doors
        spots, ends, turning = [], [], list[float]()
        for i, those in enumerate(places):
            for spot in those:
                doors = tails[first[spot.arc] : first[spot.arc + 1]].tolist()
                spots += [(i, spot)] * len(doors)
                ends += doors
                turning += self.roads.entering_ms[first[spot.arc] : first[spot.arc + 1]].tolist()
        return self._climbed(places, spots, ends, True, np.array(turning))

    def _climbed(
        self, group: Group, spots: list[tuple[int, Spot]], ends: list[int], down: bool, turning_ms: Column
    ) -> Climbed:
        arcs = np.array([spot.arc for _, spot in spots], dtype=np.int64)
        share = np.array([spot.share if down else 1.0 - spot.share for _, spot in spots])
        is_open = self.weight[arcs] < NOWHERE
        more = [turning_ms if self._times == name else 0.0 for name in ("weight", "cost")]
        rest = np.stack(
            [np.where(is_open, self.weight[arcs] * share + more[0], np.inf), self.cost[arcs] * share + more[1]]
        )
        spaces = self.ways.climbed(np.array(ends, dtype=np.int64), down, self._carried)
        return Climbed(group, np.array([i for i, _ in spots], dtype=np.int64), rest, spaces)

    def between(self, starts: Climbed, goals: Climbed) -> tuple[Column, Column]:
        """Weights and second costs from each of k places to each of l, float64 (k, l); inf and 0 where is no way."""
        told, costs = self.ways.met(starts.spaces, goals.spaces, self.crew)
        whole = np.where(told < NOWHERE, told + starts.rest[0][:, None] + goals.rest[0][None, :], np.inf)
        spent = costs + starts.rest[1][:, None] + goals.rest[1][None, :]
        weight, cost = np.full((2, len(starts.group), len(goals.group)), np.inf)
        if whole.size:
            rows, columns = _firsts(starts.place), _firsts(goals.place)
            whole, spent = _least(*_least(whole, spent, columns, 1), rows, 0)
            at = np.ix_(starts.place[rows], goals.place[columns])
            weight[at], cost[at] = whole, spent
        self._on_one_arc(starts.group, goals.group, weight, cost)
        return weight, np.where(np.isfinite(weight), cost, 0.0)

    def _on_one_arc(self, starts: Group, goals: Group, weight: Column, cost: Column) -> None:
        """Places that lie behind one another on one arc."""
        on_arc: dict[int, list[tuple[int, float]]] = {}
        for j, spots in enumerate(goals):
            for spot in spots:
                on_arc.setdefault(spot.arc, []).append((j, spot.share))
        for i, spots in enumerate(starts):
            for spot in spots:
                for j, share in on_arc.get(spot.arc, ()):
                    part, whole = share - spot.share, float(self.weight[spot.arc])
                    if part >= 0.0 and whole < NOWHERE and whole * part < weight[i, j]:
                        weight[i, j], cost[i, j] = whole * part, float(self.cost[spot.arc]) * part


def _firsts(place: Column) -> Column:
    """Where each place's spots begin; they follow one another."""
    return np.flatnonzero(np.diff(place, prepend=-1))


def _least(whole: Column, spent: Column, firsts: Column, axis: int) -> tuple[Column, Column]:
    """The least of each place's spots along an axis, and what is spent with it."""
    least = np.minimum.reduceat(whole, firsts, axis)
    count = np.diff(firsts, append=whole.shape[axis])
    own = whole == np.repeat(least, count, axis)
    return least, np.minimum.reduceat(np.where(own, spent, np.inf), firsts, axis)
