"""Where in a JSON payload a value stands: dotted keys and indexes, and nothing that could run."""

import re
from typing import Any

from homeward.core.signal import Refused

Steps = tuple[str | int, ...]
STEP = re.compile(r"""\.?(?:([^.\[\]"]+)|\[(-?\d{1,4})\]|\["([^"]+)"\])""")
WHOLE: Steps = ()
"""The whole payload, written as a single dot."""


def read_steps(text: str) -> Steps:
    """The steps of a field as it is written. Raises Refused for what is not a field.

    >>> read_steps('ENERGY.Power'), read_steps('params["switch:0"].temps[0]'), read_steps('.')
    (('ENERGY', 'Power'), ('params', 'switch:0', 'temps', 0), ())
    """
    if text == ".":
        return WHOLE
    steps: list[str | int] = []
    at = 0
    while at < len(text):
        found = STEP.match(text, at)
        if not found or (found[0].startswith(".") and (at == 0 or not found[1])):
            raise Refused(f'{text[:80]!r} is not a field; write it as in battery.cells[0] or ["a key with.dots"]')
        steps.append(int(found[2]) if found[2] else found[1] or found[3])
        at = found.end()
    if not steps or text.endswith(".") or len(steps) > 20:
        raise Refused(f"{text[:80]!r} is not a field; write it as in battery.cells[0], or . for the whole payload")
    return tuple(steps)


def find(payload: Any, steps: Steps) -> Any:
    """What stands there, None where nothing does.

    >>> find({"a": [{"b": 3}]}, ("a", 0, "b"))
    3
    """
    for step in steps:
        if isinstance(step, str):
            payload = payload.get(step) if isinstance(payload, dict) else None
        elif isinstance(payload, list) and -len(payload) <= step < len(payload):
            payload = payload[step]
        else:
            return None
    return payload


def plain_word(value: Any) -> str:
    """A foreign value as a template writes it, to be looked up in words.

    >>> plain_word(True), plain_word(3.0), plain_word("ON"), plain_word(None)
    ('true', '3', 'ON', 'null')
    """
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return f"{value:.12g}"
    return value if isinstance(value, str) else ""
