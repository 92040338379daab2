"""The circle once more, slow and obvious: plain dicts, one thing at a time, nothing shared but the words and settle.

It is what the vectorised circle must agree with. It handles one household; run one for each.
"""

from math import inf
from typing import Any, cast

from tests.core.reference_standing import Standings, Target, Told
from tests.core.reference_twin import Cell, Cells
from tests.core.streams import Happening, Message, time_of
from tests.core.town import CABLE

from homeward.core.settle import Ask, Situation, objection
from homeward.core.signal import Command, Kind, Reading, Refused, Role, Type, UnknownSignal, Value, Wish, household_of
from homeward.core.skill import Skill, View
from homeward.core.vocabulary import Vocabulary, encode


class Reference:
    """One household: feed it what happens, in order, with `hear`; look at `told`, `wrote` and `cells`."""

    def __init__(self, vocabulary: Vocabulary, skills: tuple[Skill, ...], nodes: dict[str, Kind]) -> None:
        self.vocabulary, self.skills, self.nodes = vocabulary, skills, nodes
        self.cells = Cells(vocabulary, nodes)
        self.told: list[Told] = []
        self.wrote: list[Reading] = []
        self.clock = -inf
        self.memory: dict[tuple[int, int, str], list[Any]] = {}  # of each trigger and node: truth, since, due
        self.standings = Standings(self.objection, self.watches)

    def hear(self, what: Happening) -> None:
        self.live_until(time_of(what))
        now = self.clock = max(self.clock, time_of(what))
        if isinstance(what, Message):
            at = what.readings[0].at
            at = at if now - 86_400 <= at <= now + 5 else now
            self.react(self.cells.learn([reading._replace(at=at) for reading in what.readings], now), now)
        elif isinstance(what, Wish):
            self.react(self.cells.learn(self.wish(what, now), now), now)
        else:
            self.told += self.standings.outcome(what, now)

    def live_until(self, time: float) -> None:
        while (due := min([self.standings.due(), *(memory[2] for memory in self.memory.values())])) <= time:
            now = self.clock = max(self.clock, due)
            called = {
                (order, node)
                for (order, at, node), memory in list(self.memory.items())
                if memory[2] <= now and self.look(order, at, node, now)
            }
            self.told += self.standings.run_due(now)
            self.react(self.cells.learn(self.run(called, now), now), now)

    def react(self, news: set[Cell], now: float) -> None:
        if any(path == "Home.Skills.Acting" for _, path in news):
            self.told += self.standings.look_again(now)
        for _ in range(16):
            called = set()
            for order, skill in enumerate(self.skills):
                for at, trigger in enumerate(skill.triggers):
                    for node in self.cells.of(skill.kind):
                        if news & self.cells.reads(trigger.condition, node) and self.look(order, at, node, now):
                            called.add((order, node))
            if not called:
                return
            news = self.cells.learn(self.run(called, now), now)

    def look(self, order: int, at: int, node: str, now: float) -> bool:
        """Whether the moment has come."""
        trigger = self.skills[order].triggers[at]
        if trigger.edge == "changes":
            return True
        memory = self.memory.setdefault((order, at, node), [False, inf, inf])
        was, true = memory[0], self.cells.truth(trigger.condition, node, now) is True
        memory[0], memory[2] = true, max(self.cells.changes_at(trigger.condition, node, now), now + 0.1)
        if trigger.edge != "holds":
            return was is not true and true is (trigger.edge == "rises")
        if was is not true:
            memory[1] = now if true else inf
        fires: bool = memory[1] + trigger.seconds <= now
        if fires:
            memory[1] = inf
        memory[2] = min(memory[2], memory[1] + trigger.seconds)
        return fires

    def run(self, called: set[tuple[int, str]], now: float) -> list[Reading]:
        """Skills in order, each for nodes in order; all they say counts at once, after the last of them."""
        wrote: list[Reading] = []
        changed: dict[Target, None] = {}
        for order, node in sorted(called, key=lambda call: (call[0], list(self.nodes).index(call[1]))):
            skill = self.skills[order]
            for one in self.said_by(skill, node, now):
                if isinstance(one, Reading):
                    wrote.append(one._replace(at=now))
                else:
                    named = one._replace(by=skill.name, id=self.standings.name(household_of(node)))
                    self.enter(Ask(named, order + 1, now), now, changed)
        for target in changed:
            self.told += self.standings.resolve(target, now)
        self.wrote += wrote
        return wrote

    def said_by(self, skill: Skill, node: str, now: float) -> list[Command | Reading]:
        try:
            said = list(skill.decide(cast(View, Sight(self, node, now))))
            for one in said:
                if household_of(one.node) != household_of(node):
                    raise Refused(f"{one.node} belongs to another household than {node}")
            return said
        except (RuntimeError, Refused) as problem:
            words = f"{skill.name}: {type(problem).__name__}: {problem}"
            return [Reading(node, f"{self.nodes[node].word}.Problem", words, now)]

    def wish(self, wish: Wish, now: float) -> list[Reading]:
        until = now + 4 * 3600 if wish.until is None else wish.until
        name = wish.id or self.standings.name(household_of(wish.node))
        command = Command(wish.node, wish.path, wish.value, until, wish.why, wish.by, name)
        signal = self.vocabulary[wish.path]
        try:
            if wish.node not in self.nodes:
                raise UnknownSignal(wish.node, next(iter(self.nodes)))
            if signal.role is Role.ATTRIBUTE:
                if household_of(wish.by) != household_of(wish.node):
                    raise Refused("only people of the household may change its settings")
                encode(signal, cast(Value, wish.value))
                self.told.append((now, command, "done", "set"))
                setting = Reading(wish.node, wish.path, cast(Value, wish.value), now)
                self.wrote.append(setting)
                return [setting]
        except (Refused, UnknownSignal) as problem:
            self.told.append((now, command, "refused", str(problem)))
            return []
        changed: dict[Target, None] = {}
        self.enter(Ask(command, 0, now, True, wish.present), now, changed)
        for target in changed:
            self.told += self.standings.resolve(target, now)
        return []

    def enter(self, ask: Ask, now: float, changed: dict[Target, None]) -> None:
        target = ask.command.node, ask.command.path
        if self.vocabulary[target[1]].type is Type.BOOLEAN and ask.command.value is not None:
            ask = ask._replace(command=ask.command._replace(value=bool(ask.command.value)))
        if no := self.objection(target, ask, now):
            self.told.append((now, ask.command, "refused", no))
            return
        self.told += self.standings.enter(target, ask, now)
        changed[target] = None

    def watches(self, ask: Ask) -> bool:
        said = next((self.cells.get(home, "Home.Skills.Acting")[0] for home in self.cells.of(Kind.HOME)), None)
        names = {name.strip() for name in str(said).split(",")}
        return not ask.person and said is not None and not names & {"all", ask.command.by}

    def objection(self, target: Target, ask: Ask, now: float) -> str:
        homes = self.cells.of(Kind.HOME)[:1]
        paused = "".join(str(self.cells.get(home, "Home.Skills.Paused")[0] or "") for home in homes)
        moving, speed = (self.cells.get(target[0], path)[0] for path in ("Vehicle.IsMoving", "Vehicle.Speed"))
        cable = self.cells.get(target[0], CABLE)[0]
        moves = moving is True or (speed is not None and abs(cast(float, speed)) >= 1)
        still = not moves and (moving is False or speed is not None or cable is True)
        names = frozenset(name.strip() for name in paused.split(","))
        return objection(ask, self.vocabulary[target[1]], Situation(now, still, names))


class Sight:
    """What a skill of the reference sees: the part of View that the town's skills use."""

    def __init__(self, of: Reference, node: str, now: float) -> None:
        self.all, self.node, self.now = of, node, now
        self.household = household_of(node)

    def __getitem__(self, path: str) -> Value | None:
        return self.all.cells.get(self.node, path)[0]

    def number(self, path: str, default: float = float("nan")) -> float:
        value = self[path]
        return default if value is None or isinstance(value, str) else float(value)

    def at(self, path: str) -> float:
        return self.all.cells.get(self.node, path)[1]

    def age(self, path: str) -> float:
        return self.now - self.at(path)

    def of(self, kind: Kind) -> "list[Sight]":
        return [Sight(self.all, node, self.now) for node in self.all.cells.of(kind)]

    @property
    def home(self) -> "Sight | None":
        return next(iter(self.of(Kind.HOME)), None)

    @property
    def vehicles(self) -> "list[Sight]":
        return self.of(Kind.VEHICLE)

    @property
    def people(self) -> "list[Sight]":
        return self.of(Kind.PERSON)

    def command(self, path: str, value: Value | None, *, until: float, why: str) -> Command:
        return Command(self.node, path, value, until, why)

    def reading(self, path: str, value: Value) -> Reading:
        return Reading(self.node, path, value, self.now)
