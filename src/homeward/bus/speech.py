"""Single words on the wire, read and written one at a time: wishes, outcomes and commands are rare."""

from collections.abc import Mapping
from math import isfinite
from typing import Any

import orjson

from homeward.bus.resends import checked_id
from homeward.core.signal import Command, Outcome, Refused, Value, Wish, household_of

MOST_TEXT = 2000
PRESENT = " present"


def write_wish(wish: Wish) -> bytes:
    """A wish as it stands in the log: a first line with who asks (and that they are present), then what they ask."""
    first = wish.by + PRESENT * wish.present
    said = {"path": wish.path, "value": wish.value, "until": wish.until, "why": wish.why}
    return first.encode() + b"\n" + orjson.dumps(said)


def read_wish(node: str, line: bytes, time: float, id: str) -> Wish:
    """The wish in a line of the log about `node`. Raises Refused or ValueError saying what is wrong with it."""
    first, _, payload = line.partition(b"\n")
    author, _, presence = first.decode().partition(" ")
    if not author:
        raise Refused("these credentials speak for nobody; a wish needs those of a person or an app")
    if household_of(author) != household_of(node):
        raise Refused(f"{author} is not of the household of {node}")
    said = _object(payload, {"path", "value", "until", "why", "id"}, {"path", "value"})
    value = said["value"]
    if value is not None and not isinstance(value, bool | int | float | str):
        raise Refused("value: a wish is for one plain value, not a list or an object")
    until = said.get("until")
    if until is not None:
        until = _seconds(until, "until")
    return Wish(node, _text(said, "path"), value, time, author, until, _text(said, "why"), presence == "present", id)


def wish_id(node: str, sequence: int) -> str:
    """The id of the wish at that place in the log: its household first, as in every id."""
    return f"{household_of(node)}-w{sequence}"


def said_id(line: bytes) -> str:
    """The sender's own id of a wish in a line of the log, by which one sent again is known; '' for none."""
    said = orjson.loads(line.partition(b"\n")[2])
    return checked_id(said["id"]) if "id" in said else ""


def read_outcome(node: str, payload: bytes, time: float) -> Outcome:
    """The outcome of a command to a node of that household, as a device tells it. Raises Refused or ValueError."""
    said = _object(payload, {"id", "done", "why"}, {"id", "done"})
    if not isinstance(said["done"], bool):
        raise Refused("done: write true or false")
    outcome = Outcome(_text(said, "id"), said["done"], _text(said, "why"), time, node)
    if outcome.id.rpartition("-")[0] != household_of(node):
        raise Refused(f"id: no command to this household is called {outcome.id[:100]!r}")
    return outcome


def write_command(command: Command) -> bytes:
    """The payload for `…/commands`."""
    return orjson.dumps(
        {
            "id": command.id,
            "path": command.path,
            "value": command.value,
            "until": command.until,
            "why": command.why,
            "by": command.by,
        }
    )


def write_readings(readings: Mapping[str, Value], at: float | None = None) -> bytes:
    """The payload for `…/readings`."""
    if at is not None:
        return orjson.dumps({"at": at, **readings})
    return orjson.dumps(readings if type(readings) is dict else dict(readings))


def write_outcome(outcome: Outcome) -> bytes:
    """The payload for `…/outcomes`, for connectors that carry commands out themselves."""
    return orjson.dumps({"id": outcome.id, "done": outcome.done, "why": outcome.why})


def _object(payload: bytes, known: set[str], needed: set[str]) -> dict[str, Any]:
    said = orjson.loads(payload)
    if not isinstance(said, dict):
        raise Refused(f"not a JSON object; write one with {', '.join(sorted(needed))}")
    if missing := needed - said.keys():
        raise Refused(f"{', '.join(sorted(missing))} is missing")
    if strange := said.keys() - known:
        raise Refused(f"{min(strange)[:100]}: nobody knows that here; there are {', '.join(sorted(known))}")
    return said


def _text(said: dict[str, Any], key: str) -> str:
    text = said.get(key, "")
    if not isinstance(text, str) or len(text) > MOST_TEXT:
        raise Refused(f"{key}: write text of at most {MOST_TEXT} characters")
    return text


def _seconds(said: Any, key: str) -> float:
    if isinstance(said, bool) or not isinstance(said, int | float) or not isfinite(said):
        raise Refused(f"{key}: write seconds since 1970 (UTC) as a number")
    return float(said)
