"""Commands that stand until their time: who asks for what, which ask is in force, and what became of it.

Each actuator keeps at most one ask by each asker; the strongest is in force. When it ends, the next takes
over. A command that nobody answers is sent again, which is harmless: commands say a value, never "toggle".

An ask of a skill that only watches (docs/shadow.md) stands like any other, yet is never sent and outranks nobody who
acts. Whether it watches is looked up each time, so that "go" takes effect on what stands already.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from homeward.core.gate import Gate
from homeward.core.nodes import Nodes
from homeward.core.settle import Ask, strongest
from homeward.core.signal import Command, Outcome
from homeward.core.vocabulary import Vocabulary

RETRY_S = (30.0, 60.0, 120.0, 240.0)
AGAIN_AFTER_FAILURE_S = 600.0
NEVER = float("inf")
Target = tuple[int, int]


class Event(NamedTuple):
    """Something that happened to a command: sent, again, done, failed, refused, outranked, expired, withdrawn, or
    shadow (it would have been sent)."""

    at: float
    command: Command
    what: str
    why: str = ""

    @property
    def sends(self) -> bool:
        """Whether the command is to be carried out now (again, if nobody answered)."""
        return self.what in ("sent", "again")


@dataclass(slots=True)
class Stand:
    """What stands for one actuator: the asks by asker, and how the one last sent fares."""

    asks: dict[str, Ask] = field(default_factory=dict)
    sent: Command | None = None
    state: str = ""  # '' (nothing sent), waiting, done, failed
    tries: int = 0
    next_try: float = NEVER
    failed_at: float = -NEVER

    def due(self) -> float:
        """When it next needs a turn."""
        return min(self.next_try, min((ask.command.until for ask in self.asks.values()), default=NEVER))


class Standings:
    """All standing commands. Numbers of commands count up per household, so that a replay gives the same ids."""

    def __init__(self, nodes: Nodes, vocabulary: Vocabulary, gate: Gate) -> None:
        self.nodes, self.vocabulary, self.gate = nodes, vocabulary, gate
        self._stands: dict[int, dict[Target, Stand]] = {}
        self._counts: dict[int, int] = {}

    def in_force(self, number: int, signal: int) -> Command | None:
        """The command that stands for a signal of a node."""
        stand = self._stands.get(self.nodes.household(number), {}).get((number, signal))
        best = strongest(stand.asks.values()) if stand else None
        return best.command if best else None

    def stands(self, command: Command) -> bool:
        """Whether this very command is the one in force."""
        number, signal = self.nodes.find(command.node), self.vocabulary.by_path.get(command.path)
        standing = self.in_force(number, signal.index) if number >= 0 and signal else None
        return standing is not None and standing.id == command.id

    def of(self, household: int) -> Iterator[tuple[Command, str]]:
        """The commands in force in a household with their state."""
        for stand in self._stands.get(household, {}).values():
            best = strongest(stand.asks.values())
            if best:
                yield best.command, stand.state

    def due(self, household: int) -> float:
        """When one of the household's commands next needs a turn."""
        return min((stand.due() for stand in self._stands.get(household, {}).values()), default=NEVER)

    def name(self, household: int) -> str:
        """A new command's id."""
        self._counts[household] = self._counts.get(household, 0) + 1
        return f"{self.nodes.households[household]}-{self._counts[household]}"

    def enter(self, target: Target, ask: Ask, now: float) -> Iterator[Event]:
        """Take in an ask that settle has let pass; `resolve` decides afterwards what is in force."""
        household = self.nodes.household_of_node.plain[target[0]]
        stands = self._stands.get(household)
        if stands is None:
            stands = self._stands[household] = {}
        command, shadow = ask.command, self.gate.in_shadow(ask, household)
        stand = stands.get(target)
        if command.value is None:
            earlier = stand.asks.pop(command.by, None) if stand else None
            if earlier:
                yield Event(now, earlier.command, "withdrawn", command.why)
            return
        if stand is None:
            stand = stands[target] = Stand()
        asks = stand.asks
        earlier = asks.pop(command.by, None)
        same = earlier is not None and earlier.command.value == command.value
        if shadow and same and earlier:  # nothing new to tell: it goes on under the name it was told by
            ask = ask._replace(command=command._replace(id=earlier.command.id))
        asks[command.by] = ask
        stronger = ask if len(asks) == 1 else strongest(asks.values() if shadow else self._acting(household, asks))
        if stronger is not ask and not same:
            yield Event(now, command, "outranked", f"{stronger.command.by} comes first" if stronger else "")
        elif shadow and not same:
            yield Event(now, command, "shadow")

    def _best(self, household: int, asks: dict[str, Ask]) -> Ask | None:
        """The ask that counts, of those that act."""
        if len(asks) == 1:
            (ask,) = asks.values()
            return None if self.gate.in_shadow(ask, household) else ask
        return strongest(self._acting(household, asks))

    def _acting(self, household: int, asks: dict[str, Ask]) -> list[Ask]:
        return [ask for ask in asks.values() if not self.gate.in_shadow(ask, household)]

    def resolve(self, target: Target, now: float, passed: Ask | None = None) -> Iterator[Event]:
        """Bring what was sent in line with the ask in force: at most one command, none that is unsafe by now.

        `passed` is an ask that settle has let pass at this very instant, which need not be asked about again.
        """
        household = self.nodes.household_of_node.plain[target[0]]
        stands = self._stands.get(household, {})
        stand = stands.get(target)
        if stand is None:
            return
        while best := self._best(household, stand.asks):
            if not self._must_send(target, stand, best, now):
                self._take_over(stand, best)
                return
            if best is passed or not (no := self.gate.objection(target, best, now)):
                yield self._send(target, stand, best.command, now)
                return
            del stand.asks[best.command.by]
            yield Event(now, best.command, "refused", no)
        if stand.asks:  # all of them only watch
            stand.sent, stand.state, stand.tries, stand.next_try = None, "", 0, NEVER
        else:
            del stands[target]

    def look_again(self, household: int, now: float) -> Iterator[Event]:
        """Bring everything in line after it changed which skills act."""
        for target in list(self._stands.get(household, {})):
            yield from self.resolve(target, now)

    def _take_over(self, stand: Stand, best: Ask) -> None:
        """The same value for longer or for another reason: nothing to tell the device, but whose it is changes."""
        if stand.sent and best.command.id != stand.sent.id:
            stand.sent = best.command._replace(id=stand.sent.id)
            stand.asks[best.command.by] = best._replace(command=stand.sent)

    def _must_send(self, target: Target, stand: Stand, best: Ask, now: float) -> bool:
        if stand.sent is None or stand.sent.value != best.command.value:
            return True
        if best.command.id == stand.sent.id:
            return False
        rested = stand.state == "failed" and now >= stand.failed_at + AGAIN_AFTER_FAILURE_S
        return best.person or (rested and not self.gate.by_hand(target[0]))

    def _send(self, target: Target, stand: Stand, command: Command, now: float, what: str = "sent") -> Event:
        stand.tries = stand.tries + 1 if what == "again" else 1
        stand.sent, stand.state = command, "waiting"
        stand.next_try = NEVER if self.gate.by_hand(target[0]) else now + RETRY_S[stand.tries - 1]
        return Event(now, command, what)

    def outcome(self, household: int, outcome: Outcome, now: float) -> Iterator[Event]:
        """Take note of what became of a command; of one that is not in force any more, nothing follows."""
        for stand in self._stands.get(household, {}).values():
            if stand.sent and stand.sent.id == outcome.id:
                if stand.state == ("done" if outcome.done else "failed"):
                    return
                stand.state, stand.next_try = "done" if outcome.done else "failed", NEVER
                stand.failed_at = -NEVER if outcome.done else now
                yield Event(now, stand.sent, stand.state, outcome.why)

    def run_due(self, household: int, now: float) -> Iterator[Event]:
        """End what is over and try again what nobody answered."""
        for target, stand in list(self._stands.get(household, {}).items()):
            over = [by for by, ask in stand.asks.items() if ask.command.until <= now]
            for by in over:
                yield Event(now, stand.asks.pop(by).command, "expired")
            if over:
                yield from self.resolve(target, now)
            best = self._best(household, stand.asks) if stand.next_try <= now else None
            if best:
                yield from self._try_again(target, stand, best, now)

    def _try_again(self, target: Target, stand: Stand, best: Ask, now: float) -> Iterator[Event]:
        if stand.tries == len(RETRY_S):
            stand.state, stand.next_try, stand.failed_at = "failed", NEVER, now
            yield Event(now, best.command, "failed", f"no answer after {stand.tries} tries")
        elif no := self.gate.objection(target, best, now):
            del stand.asks[best.command.by]
            stand.sent, stand.state, stand.next_try = None, "", NEVER
            yield Event(now, best.command, "refused", no)
            yield from self.resolve(target, now)
        else:
            yield self._send(target, stand, best.command, now, "again")

    def state(self) -> dict[str, Any]:
        """Everything, for the snapshot, as JSON can hold it; names instead of numbers."""
        stands = [
            {
                "node": self.nodes.names[node],
                "path": self.vocabulary.signals[signal].path,
                "asks": [{**ask._asdict(), "command": ask.command._asdict()} for ask in stand.asks.values()],
                "sent": stand.sent._asdict() if stand.sent else None,
                "state": stand.state,
                "tries": stand.tries,
                "next_try": None if stand.next_try == NEVER else stand.next_try,
                "failed_at": None if stand.failed_at == -NEVER else stand.failed_at,
            }
            for of_household in self._stands.values()
            for (node, signal), stand in of_household.items()
        ]
        counts = {self.nodes.households[household]: count for household, count in self._counts.items()}
        return {"stands": stands, "counts": counts}

    def restore(self, state: dict[str, Any]) -> list[str]:
        """Take over what `state` gave; tells what cannot be, because its signal is gone."""
        problems = []
        for name, count in state["counts"].items():
            self._counts[self.nodes.household_number(name)] = count
        for one in state["stands"]:
            if one["path"] not in self.vocabulary:
                problems.append(f"a command to {one['node']} for {one['path']}, which is gone, was dropped")
                continue
            number = self.nodes.number(one["node"])
            asks = [Ask(**{**ask, "command": Command(**ask["command"])}) for ask in one["asks"]]
            self._stands.setdefault(self.nodes.household(number), {})[number, self.vocabulary[one["path"]].index] = (
                Stand(
                    {ask.command.by: ask for ask in asks},
                    Command(**one["sent"]) if one["sent"] else None,
                    one["state"],
                    one["tries"],
                    NEVER if one["next_try"] is None else one["next_try"],
                    -NEVER if one["failed_at"] is None else one["failed_at"],
                )
            )
        return problems
