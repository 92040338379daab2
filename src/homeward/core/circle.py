"""The circle: readings in, commands out. Start here.

    know     the twin learns a message; derived signals follow      know.py, derive.py, twin.py
    notice   watches on what was touched say which moments came     notice.py, watch.py
    decide   skills answer with commands and readings               skill.py
    settle   one answer per actuator, none if unsafe                settle.py, standing.py

However the stream is cut into batches, the same events fire: the messages of one household are applied strictly in
stream order. Most are learned at once, up to the first that calls (quick.py); of those that take a closer look, one of
each household is heard together. Before a message, whatever fell due for its household runs at its own due time.
Readings that skills write are applied after the message, at its time, and may cause more.
"""

from collections.abc import Iterable, Sequence
from operator import attrgetter

import numpy as np

from homeward.core.batch import Batch, Floats, Integers, Single
from homeward.core.bind import NEVER
from homeward.core.decide import Decider, Fired, Turn
from homeward.core.due import Due
from homeward.core.gate import Gate
from homeward.core.know import Knower
from homeward.core.nodes import Grown
from homeward.core.notice import Noticer
from homeward.core.quick import Quick
from homeward.core.rounds import Extra, Round, extras, rounds
from homeward.core.signal import Kind, Outcome, Wish
from homeward.core.skill import Skill
from homeward.core.standing import Standings
from homeward.core.touched import Touched
from homeward.core.twin import Twin
from homeward.core.vocabulary import Vocabulary
from homeward.core.watch import Watch

MANY = 300
"""Messages of so many households are faster in columns than in the kernel, which has their rows fetched one by one."""
DEEPEST = 16
"""How many rounds may follow one from another at one instant before they are stopped and reported."""

__all__ = ["Circle", "Turn"]


class Circle:
    """Turns news into commands for all households. Deterministic: no clock, no randomness, no I/O."""

    def __init__(self, vocabulary: Vocabulary, skills: Sequence[Skill] = (), twin: Twin | None = None) -> None:
        self.twin = twin or Twin(vocabulary)
        gate = Gate(self.twin)
        self.standings = Standings(self.twin.nodes, vocabulary, gate)
        self.skills = tuple(skills)
        self.know = Knower(self.twin)
        self.decider = Decider(self.twin, self.standings, gate, self.skills)
        self.due = Due()
        self.clock = Grown(-np.inf, np.float64)
        self.noticer = Noticer(self.twin, self.due)
        self.quick = Quick(self.twin, self.know.ways[Kind.VEHICLE], gate, self.clock, self.due)
        self._set_watches()

    def _set_watches(self) -> None:
        self.noticer.set_skills(self.skills, self.clock)
        self.quick.set_watches(self.noticer.watches)

    def set_skills(self, skills: Sequence[Skill]) -> None:
        """Let these be the skills from now on: what stays keeps its memory, what is new counts from how things are now.

        A new condition that is true already does not fire until it becomes true again; one that must hold begins to.
        """
        self.skills = self.decider.skills = tuple(skills)
        self._set_watches()
        self.look_ahead()

    def add(self, name: str, kind: Kind) -> int:
        """The number of the node `name`, added if it is new, at any time. Raises Refused."""
        number = self.twin.add(name, kind)
        self.clock.extend_to(len(self.twin.nodes.households))
        self.due.extend_to(len(self.twin.nodes.households))
        return number

    def turn(self, batch: Batch, until: float, wishes: Iterable[Wish] = (), turn: Turn | None = None) -> Turn:
        """Know, notice, decide, settle all that happened up to the instant `until` (s since 1970, UTC).

        What comes of it is in `turn`, where one is given, as soon as it is settled.
        """
        turn = turn or Turn()
        beside, messages = extras(batch, wishes, self.twin.nodes, turn.problems), np.arange(len(batch))
        if len(beside) > MANY:
            apart = np.isin(self.twin.nodes.households_of(batch.node), [one.household for one in beside])
            self._hear_rounds(rounds(batch, messages[apart], beside, self.twin.nodes), batch, turn)
            messages = messages[~apart]
        else:
            messages = self._hear_beside(batch, messages, beside, turn)
        self._hear_all(batch, messages, turn)
        self._run_until(until, turn)
        return turn

    def turn_one(self, one: Single, until: float, turn: Turn | None = None) -> Turn:
        """The same for a message by itself, which is all that happened."""
        return self.turn_learned(one, self.quick.learn_one(one), until, turn)

    def turn_learned(self, one: Single, fired: list[Fired] | None, until: float, turn: Turn | None = None) -> Turn:
        """The same for one that `quick` has learned, and whom it calls; None if it needs a closer look."""
        turn = turn or Turn()
        if fired is None:
            return self.turn(Batch.of_singles([one]), until, turn=turn)
        if fired:
            self._call(fired, turn)
        self._run_until(until, turn)
        return turn

    def _run_until(self, until: float, turn: Turn) -> None:
        late = self.due.until(until)
        if late.size:
            self._run_due(late, np.full(len(late), until), turn)
        turn.hand_out()

    @property
    def watches(self) -> list[tuple[int, Watch]]:
        """All watches, each with the place of its skill."""
        return self.noticer.watches

    def next_due(self) -> float | None:
        """When something that is awaited (a `when` that is holding, a standing command) next needs a turn."""
        return None if (time := self.due.next()) == NEVER else time

    def look_ahead(self) -> None:
        """Work out anew when each household is next due: after its state was restored."""
        households = np.arange(len(self.twin.nodes.households))
        self.due.put(households, self._exact_due(households))

    def _hear_rounds(self, rounds: Iterable[Round], batch: Batch, turn: Turn) -> None:
        """Hear messages, and what came beside them."""
        for one in rounds:
            if one.messages.size:
                self._hear(batch, one.messages, turn)
            for extra in one.extras:
                self._hear_extra(extra, turn)

    def _hear_beside(self, batch: Batch, messages: Integers, beside: Iterable[Extra], turn: Turn) -> Integers:
        """Hear what came beside messages, and those that came before; the others are left."""
        heard = 0
        for one in sorted(beside, key=attrgetter("time")):
            until = int(np.searchsorted(batch.time, one.time, side="right"))
            if until > heard:
                self._hear_all(batch, messages[heard:until], turn)
                heard = until
            self._hear_extra(one, turn)
        return messages[heard:]

    def _hear_all(self, batch: Batch, messages: Integers, turn: Turn) -> None:
        """Learn what can be learned at once; of the others hear one of each household at a time."""
        while messages.size:
            first, behind = self._first(batch, messages) if len(messages) > MANY else (messages, messages)
            if len(first) <= MANY:
                first, behind, fired = self.quick.learn(batch, messages)
                self._call(fired, turn)
            messages = behind
            if first.size:
                self._hear(batch, first, turn)

    def _first(self, batch: Batch, messages: Integers) -> tuple[Integers, Integers]:
        """The first of each household, and the others."""
        _, places = np.unique(self.twin.nodes.households_of(batch.node[messages]), return_index=True)
        places.sort()
        return messages[places], np.delete(messages, places)

    def _hear(self, batch: Batch, messages: Integers, turn: Turn) -> None:
        households = self.twin.nodes.households_of(batch.node[messages])
        now = self._advance(households, batch.time[messages], turn)
        self._react(self.know.learn(batch, messages, now), turn)

    def _hear_extra(self, extra: Extra, turn: Turn) -> None:
        household = extra.household
        now = max(extra.time, self.clock.plain[household])
        if self.due.of_one(household) <= now:
            self._run_due(np.array([household]), np.array([now]), turn)
        self.clock.plain[household] = now
        if isinstance(extra.what, Outcome):
            turn.events += self.standings.outcome(household, extra.what, now)
        else:
            readings = self.decider.wish(household, extra.what, now, turn)
            if readings:
                self._react(self.know.learn_readings(readings), turn)
        self._await((household,))

    def _advance(self, households: Integers, times: Floats, turn: Turn) -> Floats:
        """Run what fell due before `times` and set the clocks; the times, never before what a household has lived."""
        times = np.maximum(times, self.clock.array[households])
        late = self.due.of(households) <= times
        if True in late:
            self._run_due(households[late], times[late], turn)
        self.clock.array[households] = times
        return times

    def _react(self, touched: list[Touched], turn: Turn) -> None:
        """Notice, decide and settle until nothing more follows at this instant."""
        for one in touched:
            if one.kind is Kind.HOME and self.standings.gate.acting in one.signals:
                self._let_act(*one.only(frozenset({self.standings.gate.acting})), turn)
        self._call(self.noticer.notice(touched), turn)

    def _call(self, fired: list[Fired], turn: Turn) -> None:
        """Decide and settle until nothing more follows at this instant."""
        touched = list[Touched]()
        for depth in range(DEEPEST):
            fired = self.noticer.notice(touched) if depth else fired
            if not fired:
                return
            readings = self.decider.run(fired, turn)
            self._await({one.household for one in fired})
            if not readings:
                return
            touched = self.know.learn_readings(readings)
        for household in sorted({household for one in touched for household in self._households(one)}):
            name = self.twin.nodes.households[household]
            turn.problems.append(
                f"{name}: skills kept setting each other off; stopped after {DEEPEST} rounds at one instant"
            )

    def _let_act(self, homes: Integers, now: Floats, turn: Turn) -> None:
        """Send what stands of skills that act from now on, in the households of these homes `(k,)`."""
        households = self.twin.nodes.household_of_row[Kind.HOME].array[homes]
        for household, time in zip(households.tolist(), now.tolist(), strict=True):
            turn.events += self.standings.look_again(household, time)
        self._await(households.tolist())

    def _households(self, touched: Touched) -> list[int]:
        found: list[int] = self.twin.nodes.household_of_row[touched.kind].array[touched.rows].tolist()
        return found

    def _await(self, households: Iterable[int]) -> None:
        """Take note of when standing commands of these households next need a turn."""
        for household in households:
            self.due.lower_one(household, self.standings.due(household))

    def _run_due(self, households: Integers, limits: Floats, turn: Turn) -> None:
        """Run whatever falls due in each household up to its limit `(n,)`, each thing at its own time, in order."""
        while households.size:
            exact = self._exact_due(households)
            self.due.put(households, exact)
            ready = exact <= limits
            households, limits, now = households[ready], limits[ready], exact[ready]
            if not households.size:
                return
            now = np.maximum(now, self.clock.array[households])
            self.clock.array[households] = now
            self._run_instant(households, now, turn)

    def _run_instant(self, households: Integers, now: Floats, turn: Turn) -> None:
        fired = self.noticer.fired_by_time(households, now)
        for household, time in zip(households.tolist(), now.tolist(), strict=True):
            turn.events += self.standings.run_due(household, time)
        if fired:
            readings = self.decider.run(fired, turn)
            if readings:
                self._react(self.know.learn_readings(readings), turn)
        self._await(households.tolist())

    def _exact_due(self, households: Integers) -> Floats:
        """The true next due time `(n,)` of distinct households."""
        times = np.array([self.standings.due(household) for household in households.tolist()], np.float64)
        self.noticer.lower_to_due(households, times)
        return times
