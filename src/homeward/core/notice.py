"""Noticing: which skills are called by what was learned, or by time alone. Holds the watches of all skills."""

from collections.abc import Callable, Sequence

import numpy as np

from homeward.core.batch import Floats, Integers
from homeward.core.bind import NEVER
from homeward.core.decide import Fired
from homeward.core.due import Due
from homeward.core.nodes import NONE, Grown
from homeward.core.signal import Kind
from homeward.core.skill import Skill
from homeward.core.touched import OnlyRows, Spread, Touched, households_of, only_household
from homeward.core.twin import Twin
from homeward.core.watch import Readers, Watch
from homeward.core.when import Trigger


class Noticer:
    """The watches with their memory, each with the place of its skill; when they next need a turn goes into `due`."""

    def __init__(self, twin: Twin, due: Due) -> None:
        self.twin, self.due = twin, due
        self.watches: list[tuple[int, Watch]] = []
        self.readers = Readers(())
        self._timed: list[int] = []

    def set_skills(self, skills: Sequence[Skill], clock: Grown) -> None:
        """Watch for these from now on: what stays keeps its memory, what is new has seen all up to the clocks."""
        kept: dict[tuple[str, str, Kind], list[Watch]] = {}
        for _, watch in self.watches:
            kept.setdefault((watch.name, repr(watch.trigger), watch.subject), []).append(watch)
        self.watches = []
        for order, one in enumerate(skills):
            for i, trigger in enumerate(one.triggers):
                name = f"{one.name}:{i}"
                old = kept.get((name, repr(trigger), one.kind))
                self.watches.append((order, old.pop(0) if old else self._new(name, trigger, one.kind, clock)))
        self.readers = Readers([watch for _, watch in self.watches])
        self._timed = [at for at, (_, watch) in enumerate(self.watches) if watch.timed]

    def _new(self, name: str, trigger: Trigger, subject: Kind, clock: Grown) -> Watch:
        watch = Watch(name, trigger, subject, self.twin)
        watch.extend()
        lived = clock.array[self.twin.nodes.household_of_row[subject].array[: watch.truth.size]]
        rows = np.flatnonzero(np.isfinite(lived))
        if rows.size:
            watch.look(rows, lived[rows])
        return watch

    def notice(self, touched: list[Touched]) -> list[Fired]:
        """The skills that are called by what was touched."""
        household = only_household(touched, self.twin)
        if household != NONE:
            return self.notice_one(self.readers.of(touched), household, float(touched[0].now[0]), lambda: touched)
        fired, spread = list[Fired](), Spread(self.twin)
        households = households_of(touched, self.twin)
        only = OnlyRows(households, self.twin)
        for at in self.readers.of(touched):
            order, watch = self.watches[at]
            places = watch.look_many(only) if households.size else None
            if places is not None:
                rows = only.rows[watch.subject]
                fired += [Fired(order, int(households[i]), int(rows[i]), float(touched[0].now[i])) for i in places]
            elif (found := watch.concerned(touched, spread)) is not None:
                fired += self._look(order, watch, *found)
        return fired

    def notice_one(
        self, watches: list[int], household: int, now: float, touched: Callable[[], list[Touched]]
    ) -> list[Fired]:
        """The same where one household learned something: in plain numbers, and by `touched` where that does not go."""
        fired, only, spread = list[Fired](), self.twin.nodes.only_rows(household), None
        for at in watches:
            order, watch = self.watches[at]
            turned = watch.look_one(only)
            if turned is None:
                spread = spread or Spread(self.twin)
                found = watch.concerned(touched(), spread)
                fired += self._look(order, watch, *found) if found is not None else ()
            elif turned:
                fired.append(Fired(order, household, only[watch.subject], now))
        return fired

    def _look(self, order: int, watch: Watch, rows: Integers, now: Floats) -> list[Fired]:
        hits = watch.look(rows, now)
        if watch.timed:
            awaited = watch.due.array[rows]
            if (soon := awaited < NEVER).any():
                households = self.twin.nodes.household_of_row[watch.subject].array[rows[soon]]
                self.due.lower(households, awaited[soon])
        if not hits.size:
            return []
        households = self.twin.nodes.household_of_row[watch.subject].array[rows[hits]]
        found = zip(households.tolist(), rows[hits].tolist(), now[hits].tolist(), strict=True)
        return [Fired(order, *one) for one in found]

    def fired_by_time(self, households: Integers, now: Floats) -> list[Fired]:
        """The skills that time alone calls in households `(n,)`, each at its own instant `(n,)`."""
        fired: list[Fired] = []
        for at in self._timed:
            order, watch = self.watches[at]
            rows, times = self._rows_due(watch, households, now)
            if rows.size:
                fired += self._look(order, watch, rows, times)
        return fired

    def _rows_due(self, watch: Watch, households: Integers, now: Floats) -> tuple[Integers, Floats]:
        watch.extend()
        rows = self.twin.nodes.all_rows(watch.subject, households)
        of = self.twin.nodes.household_of_row[watch.subject].array[rows]
        order = np.argsort(households)
        times = now[order][np.searchsorted(households[order], of)]
        ready = watch.due.array[rows] <= times
        return rows[ready], times[ready]

    def lower_to_due(self, households: Integers, times: Floats) -> None:
        """Lower `times (n,)` of distinct households to when one of their watches is due."""
        order = np.argsort(households)
        for at in self._timed:
            _, watch = self.watches[at]
            watch.extend()
            rows = self.twin.nodes.all_rows(watch.subject, households)
            of = self.twin.nodes.household_of_row[watch.subject].array[rows]
            np.minimum.at(times, order[np.searchsorted(households, of, sorter=order)], watch.due.array[rows])
