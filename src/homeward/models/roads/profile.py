"""How fast roads usually are at each hour of the week, learned from drives: Friday at five is not Sunday at nine.

What a stretch took beyond free flow is compared with what its kind of road takes in all hours. Each hour of the week
leans on the same hour of all working days (or of the weekend), that on nothing said, as far as too little was driven.
Single roads with many drives have hours of their own. What fewer households than `fewest` drove stays theirs.
"""

from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np

from homeward.models.roads.network import KINDS, Column

HOUR_S, DAY_S, WEEK = 3600.0, 86_400.0, 168
MONDAY_S: Final = 4 * DAY_S  # 1970 began on a Thursday
LEAN: Final = 3.0  # drives' worth by which an hour leans on others
LEAST, MOST = -0.15, 1.5  # of the logarithm of what an hour takes beyond the usual
GROUPS: Final = np.array(
    [0 if kind.startswith(("motorway", "trunk")) else 1 if kind.startswith(("primary", "secondary")) else 2
     if kind.startswith(("tertiary", "unclassified")) else 3 for kind in KINDS]
)  # fmt: skip
KEPT_HOUSEHOLDS: Final = 8


@dataclass(slots=True)
class Hours:
    """Sums of what drives told by the hour of the week, (168,), and which households drove in each (some of them)."""

    told: list[float] = field(default_factory=lambda: [0.0] * WEEK)
    drives: list[float] = field(default_factory=lambda: [0.0] * WEEK)
    whose: list[list[str]] = field(default_factory=lambda: [[] for _ in range(WEEK)])

    def add(self, hour: int, household: str, over: float, weight: float) -> None:
        """Add a drive's logarithm of what it took beyond free flow."""
        self.told[hour] += weight * over
        self.drives[hour] += weight
        if household not in self.whose[hour] and len(self.whose[hour]) < KEPT_HOUSEHOLDS:
            self.whose[hour].append(household)

    def beyond(self, fewest: int) -> Column:
        """How much more than in all hours each hour takes, as logarithms (168,); 0 where too few households drove."""
        known = np.array([len(whose) >= fewest for whose in self.whose])
        drives = np.where(known, self.drives, 0.0)
        told = np.where(known, self.told, 0.0)
        if not drives.any():
            return np.zeros(WEEK)
        told = told - drives * told.sum() / drives.sum()
        rest = np.repeat([0, 1], [120, 48]) * 24 + np.arange(WEEK) % 24  # 24 hours of working days, 24 of weekends
        alike = np.bincount(rest, told, 48) / (np.bincount(rest, drives, 48) + LEAN)
        return np.asarray(np.clip((told + LEAN * alike[rest]) / (drives + LEAN), LEAST, MOST))


@dataclass(slots=True)
class Profile:
    """The usual course of a week on roads whose kinds are `kind` (m,), as in KINDS."""

    kind: Column
    fewest: int = 3
    groups: list[Hours] = field(default_factory=lambda: [Hours() for _ in range(int(GROUPS.max()) + 1)])
    arcs: dict[int, Hours] = field(default_factory=dict)

    @property
    def known(self) -> bool:
        """Whether anything has been learned."""
        return any(any(one.drives) for one in self.groups)

    def add(self, household: str, arcs: Column, at_local_s: Column, over: Column, free_s: Column) -> None:
        """Learn a drive: its arcs (n,), when each was begun by the local clock, s since 1970, times free flow, that."""
        group, hour = GROUPS[self.kind[arcs]], hours_of(at_local_s)
        logs, whole = np.log(np.clip(over, 0.3, 10.0)), max(float(free_s.sum()), 1e-9)
        for key in sorted({(int(g), int(h)) for g, h in zip(group, hour, strict=True)}):
            own = (group == key[0]) & (hour == key[1])
            share = float(free_s[own].sum())
            self.groups[key[0]].add(key[1], household, float((logs[own] * free_s[own]).sum()) / share, share / whole)
        for arc, at, log in zip(arcs.tolist(), hour.tolist(), logs.tolist(), strict=True):
            self.arcs.setdefault(arc, Hours()).add(at, household, log, 1.0)

    def times(self, local_s: float) -> Column:
        """By how much each arc takes longer at that moment than it does in all hours (m,); 1 where nothing is known."""
        hour = int(hours_of(np.array([local_s]))[0])
        by_group = np.array([one.beyond(self.fewest)[hour] for one in self.groups])
        beyond = by_group[GROUPS[self.kind]]
        for arc, hours in list(self.arcs.items()):
            drives = hours.drives[hour]
            if drives >= LEAN and len(hours.whose[hour]) >= self.fewest:
                own = hours.beyond(self.fewest)[hour]
                beyond[arc] = (drives * own + LEAN * beyond[arc]) / (drives + LEAN)
        return np.asarray(np.exp(beyond))

    def state(self) -> dict[str, Any]:
        """All that was learned, as JSON can hold it."""
        return {
            "groups": [_state(one) for one in self.groups],
            "arcs": {str(arc): _state(one) for arc, one in self.arcs.items()},
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Take back what `state` gave. Raises KeyError, TypeError or ValueError for what it did not."""
        groups = [_hours(one) for one in state["groups"]]
        arcs = {int(arc): _hours(one) for arc, one in state["arcs"].items() if 0 <= int(arc) < len(self.kind)}
        if len(groups) != len(self.groups):
            raise ValueError("other groups of roads")
        self.groups, self.arcs = groups, arcs


def hours_of(local_s: Column) -> Column:
    """The hour of the week, from Monday at midnight, of moments by the local clock, s since 1970.

    >>> hours_of(np.array([1_767_571_200.0]))  # Monday 2026-01-05 00:00
    array([0])
    """
    return np.asarray(((np.asarray(local_s) - MONDAY_S) // HOUR_S).astype(np.int64) % WEEK)


def _state(one: Hours) -> list[list[Any]]:
    """The hours in which somebody drove: hour, sum, drives, households."""
    return [
        [h, round(one.told[h], 4), round(one.drives[h], 4), one.whose[h]] for h in range(WEEK) if one.drives[h] > 0.0
    ]


def _hours(state: list[list[Any]]) -> Hours:
    found = Hours()
    for hour, told, drives, whose in state:
        found.told[int(hour)], found.drives[int(hour)] = float(told), float(drives)
        found.whose[int(hour)] = [str(one) for one in whose]
    return found
