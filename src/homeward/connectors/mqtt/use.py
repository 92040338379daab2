"""A template in use: its topics and commands for one node of a household, compiled."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

import orjson

from homeward.connectors.mqtt.fields import WHOLE, Steps, find, plain_word
from homeward.connectors.mqtt.forms import Objects, Straight, Taking, form_of, is_plain
from homeward.connectors.mqtt.template import Only, Sending, Take, Template, Topic
from homeward.connectors.mqtt.topics import FIELD, PART, as_filter, as_topic, fill, parts_of
from homeward.connectors.mqtt.values import Write
from homeward.core.signal import Command, Kind, Refused, Signal, Value

SILENT = {"", "null", "none", "nan", "unknown", "unavailable"}
"""Plain payloads that say nothing, in any case: what bridges publish while they know nothing themselves."""
MILLISECONDS_FROM = 1e11
MOST_MADE = 64


@dataclass(frozen=True, slots=True)
class Plan:
    """One topic of a template in use. `field_at` is the level that names the field, -1 where none does.

    `straight` and `form` are for messages that are as they mostly are: for one alone, and for many at once.
    """

    filter: str
    topic: Topic
    takings: tuple[Taking, ...]
    field_at: int = -1
    deep: bool = False
    straight: Straight | None = None
    form: Objects | None = None

    def of_field(self, topic: str) -> tuple[Taking, ...]:
        """What a message of that topic can say."""
        if self.field_at < 0:
            return self.takings
        levels = topic.split("/")[self.field_at :]
        name = "/".join(levels) if self.deep else levels[0]
        return tuple(one for one in self.takings if (name,) in one.fields)

    def body(self, payload: bytes) -> Any:
        """The payload understood; None where it says nothing. Raises Refused."""
        if not payload:
            return None
        if self.topic.payload != "plain":
            try:
                return orjson.loads(payload)
            except orjson.JSONDecodeError as error:
                if self.topic.payload == "json":
                    raise Refused(f"not JSON: {error}") from None
        try:
            text = payload.decode().strip()
        except UnicodeDecodeError:
            raise Refused("not text in UTF-8") from None
        if len(text) > 1 and text[0] == text[-1] == '"':
            text = str(json.loads(text)) if _is_json(text) else text
        return None if text.lower() in SILENT else text

    def say(self, body: Any, takings: tuple[Taking, ...]) -> dict[str, Value]:
        """The readings in a payload. Raises Refused for a value that does not fit: then nothing of it counts."""
        if self.straight and type(body) is dict and (straight := self.straight.read(body)) is not None:
            return straight
        found: dict[str, Value] = {}
        if self.topic.only and not _holds(body, self.topic.only):
            return found
        get = body.get if type(body) is dict else None
        for taking in takings:
            if self.field_at >= 0:
                raw = body
            elif get and taking.key:
                raw = get(taking.key)
            else:
                raw = _first(body, taking.fields)
            if raw is None or (taking.only and not _holds(body, taking.only)):
                continue
            try:
                value = taking.read(raw)
            except Refused as problem:
                raise Refused(f"{_named(taking)}{problem} ({taking.path})") from None
            if value is not None:
                found[taking.path] = value
        return found

    def at(self, body: Any) -> float | None:
        """When it was so, s since 1970, if the payload says it in a way that can be understood."""
        return None if self.topic.at is None else read_time(find(body, self.topic.at))


@dataclass(frozen=True, slots=True)
class Order:
    """A message to publish."""

    topic: str
    payload: bytes
    qos: int
    retain: bool


@dataclass(frozen=True, slots=True)
class Use:
    """A template at work for a node (`lind/bedroom`); `parts` are all that is known for its topics."""

    node: str
    name: str
    plans: tuple[Plan, ...]
    sendings: Mapping[str, tuple[Sending, Write]]
    parts: Mapping[str, str]
    made: dict[tuple[str, type, Value], Order] = field(default_factory=dict, compare=False, repr=False)
    """What was published for a path and value before, where it did not depend on the command's id."""

    def order(self, command: Command) -> Order | None:
        """What to publish for a command, None if it is not one of this use. Raises Refused if it cannot be said."""
        if command.node != self.node or command.path not in self.sendings or command.value is None:
            return None
        said = command.path, type(command.value), command.value
        return self.made.get(said) or self._order(command, command.value, *self.sendings[command.path])

    def _order(self, command: Command, wanted: Value, sending: Sending, write: Write) -> Order:
        value = write(wanted)
        word = plain_word(value)
        for name, text in (("value", word), ("id", command.id)):
            if f"{{{name}}}" in sending.topic and ("/" in text or not text):
                raise Refused(f"{text[:60]!r} cannot stand in the topic {sending.topic}")
        known = {**self.parts, "value": word, "id": command.id}
        payload = filled(sending.payload, known, value)
        encoded = orjson.dumps(payload) if isinstance(payload, dict | list) else plain_word(payload).encode()
        order = Order(as_topic(fill(sending.topic, known)), encoded, sending.qos, sending.retain)
        if "{id}" not in f"{sending.topic} {sending.payload}":
            if len(self.made) >= MOST_MADE:
                self.made.clear()
            self.made[command.path, type(wanted), wanted] = order
        return order


def make_use(
    template: Template, node: str, kind: Kind, given: Mapping[str, str], instead: Mapping[str, Signal] | None = None
) -> Use:
    """A template for a node; `given` are its parts, `instead` signals to use in place of the template's own.

    Raises Refused: a part that must be said and is not, a unit that does not go with another signal, or nothing in
    the template for a node of that kind.
    """
    household, _, short = node.partition("/")
    parts = {part: default for part, default in template.parts.items() if default is not None}
    parts |= {**given, "node": short, "household": household}
    if missing := [part for part in template.parts if part not in parts]:
        raise Refused(f"{template.name} needs {' and '.join(f'`{part}:`' for part in missing)} to be said")
    instead = instead or {}
    plans = []
    for topic in template.topics:
        swapped = [replace(take, signal=instead.get(take.signal.path, take.signal)) for take in topic.takes]
        if own := [take for take in swapped if take.signal.kind is kind]:
            plans.append(_plan(replace(topic, pattern=fill(topic.pattern, parts)), own, parts))
    commands = [replace(one, signal=instead.get(one.signal.path, one.signal)) for one in template.commands]
    sendings = {one.signal.path: (one, one.meaning.writer(one.signal)) for one in commands if one.signal.kind is kind}
    if not plans and not sendings:
        kinds = " or a ".join(sorted(one.name.lower() for one in template.kinds()))
        raise Refused(
            f"{template.name} is for a {kinds}; {short} is a {kind.name.lower()}: choose its signals with `as:`"
        )
    for sending, _ in sendings.values():
        as_topic(fill(sending.topic, {**parts, "value": "x", "id": "x"}))
    return Use(node, template.name, tuple(plans), sendings, parts)


def _plan(topic: Topic, takes: list[Take], parts: Mapping[str, str]) -> Plan:
    takings = tuple(_taking(take, parts) for take in takes)
    pattern = as_filter(topic.pattern)
    if FIELD not in parts_of(topic.pattern):
        if not is_plain(topic, takings):
            return Plan(pattern, topic, takings)
        return Plan(pattern, topic, takings, straight=Straight(takings), form=form_of(topic, takes, takings))
    before = topic.pattern.partition("{field")[0]
    return Plan(pattern, topic, takings, before.count("/"), "{field/#}" in topic.pattern)


def _taking(take: Take, parts: Mapping[str, str]) -> Taking:
    fields = tuple(tuple(fill(step, parts) if isinstance(step, str) else step for step in one) for one in take.fields)
    alone = len(fields) == 1 and len(fields[0]) == 1 and isinstance(fields[0][0], str)
    key, kept = str(fields[0][0]) if alone else "", take.meaning.keeps(take.signal) and not take.only
    return Taking(take.signal.path, key, fields, take.meaning.reader(take.signal), take.only, kept)


def filled(payload: Any, known: Mapping[str, str], value: Any) -> Any:
    """A payload with its parts in their places; what is exactly `{value}` is the value itself.

    >>> filled({"on": "{value}", "id": "{id}"}, {"value": "true", "id": "lind-4"}, True)
    {'on': True, 'id': 'lind-4'}
    """
    if isinstance(payload, dict):
        return {fill(key, known): filled(one, known, value) for key, one in payload.items()}
    if isinstance(payload, list):
        return [filled(one, known, value) for one in payload]
    if not isinstance(payload, str):
        return payload
    if payload == "{value}":
        return value
    if payload.lstrip()[:1] in ("{", "["):  # JSON written as text: what is put in must not end its quotes
        return PART.sub(lambda found: json.dumps(known[found[1]])[1:-1] if found[1] in known else found[0], payload)
    return fill(payload, known)


def read_time(said: Any) -> float | None:
    """Seconds since 1970 from a number (seconds or milliseconds) or ISO 8601 with its zone; None for anything else.

    >>> read_time(1732300000123), read_time("2024-11-22T18:26:40Z"), read_time("2024-11-22T18:26:40")
    (1732300000.123, 1732300000.0, None)
    """
    if isinstance(said, str):
        try:
            moment = datetime.fromisoformat(said)
        except ValueError:
            return None
        return None if moment.tzinfo is None else moment.timestamp()
    if isinstance(said, bool) or not isinstance(said, int | float) or not 1e8 < said < 1e14:
        return None
    return said / 1000 if said > MILLISECONDS_FROM else float(said)


def _holds(body: Any, onlys: tuple[Only, ...]) -> bool:
    return all(plain_word(find(body, only.steps)) in only.words for only in onlys)


def _first(body: Any, fields: tuple[Steps, ...]) -> Any:
    for steps in fields:
        found = find(body, steps)
        if found is not None and not (steps == WHOLE and isinstance(found, dict | list)):
            return found
    return None


def _named(taking: Taking) -> str:
    if not taking.fields or taking.fields[0] == WHOLE:
        return ""
    return "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in taking.fields[0]).lstrip(".") + ": "


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except ValueError:
        return False
    return True
