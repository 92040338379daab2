"""What was decided and wished lately, kept in memory for the pages: one entry a command, its state as it goes."""

from collections import deque
from dataclasses import replace

from homeward.core.signal import Command, household_of
from homeward.core.standing import Event
from homeward.history.query import Logged
from homeward.surfaces.house import Decision, State

MOST = 1000
STATES: dict[str, State] = {
    "sent": "sent",
    "again": "sent",
    "done": "done",
    "failed": "failed",
    "refused": "refused",
    "outranked": "refused",
    "expired": "expired",
    "withdrawn": "expired",
    "shadow": "shadow",
}


class Decisions:
    """The latest decisions of each household, newest first when asked."""

    def __init__(self) -> None:
        self._ids: dict[str, deque[str]] = {}
        self._by_id: dict[str, Decision] = {}

    def take(self, event: Event) -> None:
        """Take note of what happened to a command."""
        state = _state(event.what)
        known = self._by_id.get(event.command.id)
        if known is None:
            self._put(of_command(event.command, event.at, state, event.why))
        elif _changes(known.state, state):
            self._by_id[known.id] = replace(known, state=state, outcome_why=event.why or known.outcome_why)

    def asked(self, command: Command, at: float) -> None:
        """Take note of a wish before it is settled."""
        if command.id not in self._by_id:
            self._put(of_command(command, at, "asked", ""))

    def restore(self, logged: list[Logged]) -> None:
        """Take over what history has, newest first, when the hub starts."""
        for one in reversed(logged):
            last = one.events[-1][1] if one.events else "sent"
            state: State = _state(last) if one.done is None else "done" if one.done else "failed"
            self._put(
                Decision(
                    one.id, one.at, one.node, one.path, one.value, one.until, one.why, one.by, state, one.outcome_why
                )
            )

    def _put(self, decision: Decision) -> None:
        ids = self._ids.setdefault(household_of(decision.node), deque())
        if decision.id not in self._by_id:
            ids.append(decision.id)
        self._by_id[decision.id] = decision
        if len(ids) > MOST:
            del self._by_id[ids.popleft()]

    def of(self, household: str, limit: int) -> list[Decision]:
        """The newest decisions of a household, newest first."""
        ids = self._ids.get(household, deque())
        return [self._by_id[ids[-1 - i]] for i in range(min(limit, len(ids)))]


def _changes(known: State, state: State) -> bool:
    """Whether the news changes what is told: that its time is over does not change what became of a command."""
    if known == "shadow":
        return state != "expired"
    return known not in ("done", "failed", "refused") or state in ("done", "failed")


def _state(what: str) -> State:
    return STATES.get(what, "sent")


def of_command(command: Command, at: float, state: State, outcome_why: str) -> Decision:
    """A command as the pages show it."""
    return Decision(
        command.id,
        at,
        command.node,
        command.path,
        command.value,
        command.until,
        command.why,
        command.by,
        state,
        outcome_why,
    )
