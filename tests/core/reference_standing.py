"""Standing commands once more, slow and obvious: see reference.py."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from math import inf

from homeward.core.settle import Ask
from homeward.core.signal import Command, Outcome

Target = tuple[str, str]
Told = tuple[float, Command, str, str]
WAITS = {1: 30.0, 2: 60.0, 3: 120.0, 4: 240.0}


@dataclass
class Stand:
    """The asks for one actuator in the order they came, and the fate of the command that was sent last."""

    asks: list[Ask] = field(default_factory=list)
    sent: Command | None = None
    state: str = ""
    tries: int = 0
    next_try: float = inf
    failed_at: float = -inf

    def best(self, without: Callable[[Ask], bool] = lambda ask: False) -> Ask | None:
        asks = [ask for ask in self.asks if not without(ask)]
        lowest = min((ask.rank for ask in asks), default=0)
        return next((ask for ask in reversed(asks) if ask.rank == lowest), None)

    def drop(self, by: str) -> Ask | None:
        found = next((ask for ask in self.asks if ask.command.by == by), None)
        self.asks = [ask for ask in self.asks if ask is not found]
        return found


class Standings:
    """One household's."""

    def __init__(self, objection: Callable[[Target, Ask, float], str], watches: Callable[[Ask], bool]) -> None:
        self.objection, self.watches = objection, watches
        self.stands: dict[Target, Stand] = {}
        self.count = 0

    def name(self, household: str) -> str:
        self.count += 1
        return f"{household}-{self.count}"

    def due(self) -> float:
        times = [stand.next_try for stand in self.stands.values()]
        return min(times + [ask.command.until for stand in self.stands.values() for ask in stand.asks], default=inf)

    def enter(self, target: Target, ask: Ask, now: float) -> Iterator[Told]:
        stand, command = self.stands.get(target, Stand()), ask.command
        earlier = stand.drop(command.by)
        if command.value is None:
            if earlier:
                yield now, earlier.command, "withdrawn", command.why
            return
        self.stands[target] = stand
        watches, new = self.watches(ask), earlier is None or earlier.command.value != command.value
        if watches and earlier and not new:
            ask = ask._replace(command=command._replace(id=earlier.command.id))
        stand.asks.append(ask)
        best = stand.best() if watches else stand.best(self.watches)
        if best and best is not ask and new:
            yield now, command, "outranked", f"{best.command.by} comes first"
        elif watches and new:
            yield now, command, "shadow", ""

    def look_again(self, now: float) -> Iterator[Told]:
        for target in list(self.stands):
            yield from self.resolve(target, now)

    def resolve(self, target: Target, now: float) -> Iterator[Told]:
        stand = self.stands.get(target)
        while stand and (best := stand.best(self.watches)):
            other = stand.sent is None or stand.sent.value != best.command.value
            new = stand.sent is None or stand.sent.id != best.command.id
            failed = stand.state == "failed" and now >= stand.failed_at + 600
            if not (other or (new and (best.person or failed))):
                same = best.command._replace(id=stand.sent.id) if stand.sent else best.command
                stand.asks = [ask._replace(command=same) if ask is best else ask for ask in stand.asks]
                stand.sent = same
                return
            if no := self.objection(target, best, now):
                stand.drop(best.command.by)
                yield now, best.command, "refused", no
                continue
            stand.sent, stand.state, stand.tries, stand.next_try = best.command, "waiting", 1, now + 30
            yield now, best.command, "sent", ""
            return
        if stand and stand.asks:
            stand.sent, stand.state, stand.tries, stand.next_try = None, "", 0, inf
        else:
            self.stands.pop(target, None)

    def outcome(self, outcome: Outcome, now: float) -> Iterator[Told]:
        for stand in self.stands.values():
            state = "done" if outcome.done else "failed"
            if stand.sent and stand.sent.id == outcome.id and stand.state != state:
                stand.state, stand.next_try, stand.failed_at = state, inf, -inf if outcome.done else now
                yield now, stand.sent, state, outcome.why

    def run_due(self, now: float) -> Iterator[Told]:
        for target, stand in list(self.stands.items()):
            for ask in [ask for ask in stand.asks if ask.command.until <= now]:
                stand.drop(ask.command.by)
                yield now, ask.command, "expired", ""
                if not [left for left in stand.asks if left.command.until <= now]:
                    yield from self.resolve(target, now)
            if stand.asks and stand.next_try <= now:
                yield from self.try_again(target, stand, now)

    def try_again(self, target: Target, stand: Stand, now: float) -> Iterator[Told]:
        best = stand.best(self.watches)
        assert best
        if stand.tries == 4:
            stand.state, stand.next_try, stand.failed_at = "failed", inf, now
            yield now, best.command, "failed", "no answer after 4 tries"
        elif no := self.objection(target, best, now):
            stand.drop(best.command.by)
            stand.sent, stand.state, stand.next_try = None, "", inf
            yield now, best.command, "refused", no
            yield from self.resolve(target, now)
        else:
            stand.tries += 1
            stand.next_try = now + WAITS[stand.tries]
            yield now, best.command, "again", ""
