"""Understands the text of a template, or tells everything that is wrong with it, by line."""

from collections.abc import Iterator, Mapping

from homeward.connectors.mqtt.fields import Steps, plain_word, read_steps
from homeward.connectors.mqtt.sheet import Sheet
from homeward.connectors.mqtt.template import GIVEN, OF_A_COMMAND, RESERVED, Only, Sending, Take, Template, Topic
from homeward.connectors.mqtt.topics import FIELD, as_filter, as_topic, fill, parts_of
from homeward.connectors.mqtt.values import Meaning
from homeward.core.signal import Refused, Role, Signal, UnknownSignal
from homeward.core.vocabulary import Vocabulary
from homeward.registry.problems import HouseholdErrors, Problem, nearest
from homeward.registry.reader import Say
from homeward.registry.tree import Item, Plain, read_tree

TOP = ["about", "source", "parts", "topics", "commands"]
TOPIC = ["payload", "only", "at", "retained", "readings"]
READING = ["field", "unit", "times", "plus", "words", "only"]
COMMAND = ["topic", "payload", "unit", "times", "plus", "decimals", "words", "qos", "retain"]
PAYLOADS = ["json", "plain", "either"]


def read_template(text: str, vocabulary: Vocabulary, name: str, file: str) -> Template:
    """Understand the text of a template. Raises HouseholdErrors with every problem found, by line."""
    problems: list[Problem] = []

    def say(line: int, at: str, message: str, nearest: str = "") -> None:
        problems.append(Problem(line, at, message, nearest, file))

    root = read_tree(text, say)
    found = None
    if root is not None and root.shape == "mapping":
        found = TemplateReader(vocabulary, say).template(root, name)
    elif not problems:
        say(1, "", "a template begins with `topics:`; see docs/connectors/templates.md")
    if problems or found is None:
        raise HouseholdErrors(problems)
    return found


class TemplateReader(Sheet):
    """Understands a template from its tree, telling every problem and going on."""

    def __init__(self, vocabulary: Vocabulary, say: Say, at: str = "") -> None:
        super().__init__(say, at)
        self.vocabulary = vocabulary
        self.parts: dict[str, str | None] = {}

    def template(self, root: Item, name: str, more: tuple[str, ...] = ()) -> Template:
        """The whole; `more` are fields that may stand beside its own."""
        self.known(root, self.at.rstrip("."), [*TOP, *more])
        for part, item in self.fields(root, "parts", ""):
            if part in RESERVED:
                self.say(root.fields["parts"].lines[part], f"{self.at}parts", f"{part} has a meaning of its own here")
            self.parts[part] = None if item.is_empty else item.text
        topics = tuple(self._topic(pattern, item) for pattern, item in self.fields(root, "topics", ""))
        commands = tuple(self._commands(root))
        if not topics and not commands and ("topics" not in root.fields or root.fields["topics"].shape != "mapping"):
            self.say(root.line, self.at.rstrip("."), "a template needs `topics:`, what is said there, or `commands:`")
        about = root.fields["about"].text if "about" in root.fields else ""
        return Template(name, topics, commands, self.parts, about)

    def _topic(self, pattern: str, item: Item) -> Topic:
        at = f"{self.at}topics[{pattern}]"
        by_field = FIELD in parts_of(pattern)
        if item.shape != "mapping":
            self.say(item.line, at, "a topic needs `readings:` and under it `signal: field` lines")
        self.known(item, at, TOPIC)
        try:
            as_filter(fill(pattern, dict.fromkeys([*self.parts, *GIVEN], "x")))
        except Refused as problem:
            self.say(item.line, at, str(problem))
        payload = self.choice(item, "payload", at, PAYLOADS, "plain" if by_field else "json")
        takes = tuple(self._takes(item, at, by_field))
        if not takes and item.shape == "mapping":
            self.say(item.line, at, "nothing is read from this topic; write `readings:` and `signal: field` lines")
        time = item.fields.get("at")
        only = tuple(self._onlys(item, at))
        steps = self._steps(time, f"{at}.at", False) if time else None
        return Topic(pattern, payload, takes, only, steps, self.truth(item, "retained", at, True), item.line)

    def _takes(self, item: Item, at: str, by_field: bool) -> Iterator[Take]:
        listed = item.fields.get("readings")
        for path, spec in self.fields(item, "readings", "topics[…]."):
            line = listed.lines[path] if listed else item.line
            signal = self._signal(path, line, f"{at}.readings")
            named = spec if spec.shape != "mapping" else spec.fields.get("field")
            if named is None or named.is_empty:
                self.say(spec.line, f"{at}.readings", f"{path}: from which field? Write its name, or . for all of it")
                continue
            if spec.shape == "mapping":
                self.known(spec, f"{at}.readings", READING)
            fields = tuple(
                steps
                for one in (named.items if named.shape == "list" else [named])
                if (steps := self._steps(one, f"{at}.readings", by_field)) is not None
            )
            meaning = self._meaning(spec, at)
            only = tuple(self._onlys(spec, f"{at}.readings")) if spec.shape == "mapping" else ()
            if signal and self.fits(lambda: meaning.reader(signal), spec.line, f"{at}.readings", signal):  # noqa: B023
                yield Take(signal, fields, meaning, only, line)

    def _commands(self, root: Item) -> Iterator[Sending]:
        listed = root.fields.get("commands")
        for path, spec in self.fields(root, "commands", ""):
            at, line = f"{self.at}commands", listed.lines[path] if listed else root.line
            signal = self._signal(path, line, at)
            if signal and signal.role is not Role.ACTUATOR:
                self.say(line, at, f"{path} cannot be set; it is only measured or given")
            self.known(spec, f"{at}.{path}", COMMAND)
            topic, payload = spec.fields.get("topic"), spec.fields.get("payload")
            if topic is None or topic.shape != "scalar":
                self.say(spec.line, f"{at}.{path}", "where to? Write `topic:` and the topic")
                continue
            known = dict.fromkeys([*self.parts, *GIVEN, *OF_A_COMMAND], "x")
            self.fits(lambda: as_topic(fill(topic.text, known)), topic.line, f"{at}.{path}.topic")  # noqa: B023
            plain = payload.plain() if payload and not payload.is_empty else "{value}"
            self._placeholders(plain, known, payload.line if payload else line, f"{at}.{path}.payload")
            meaning = self._meaning(spec, f"{at}.{path}")
            qos = int(self.choice(spec, "qos", f"{at}.{path}", ["0", "1"], "1"))
            retain = self.truth(spec, "retain", f"{at}.{path}", False)
            if signal and self.fits(lambda: meaning.writer(signal), line, f"{at}.{path}", signal):  # noqa: B023
                yield Sending(signal, topic.text, plain, meaning, qos, retain, line)

    def _placeholders(self, payload: Plain, known: Mapping[str, str], line: int, at: str) -> None:
        if isinstance(payload, str):
            for part in parts_of(payload):
                if part not in known:
                    self.say(line, at, f"{{{part}}} is not known here", nearest(part, list(known)))
        elif isinstance(payload, dict | list):
            for one in (*payload, *payload.values()) if isinstance(payload, dict) else payload:
                self._placeholders(one, known, line, at)

    def _meaning(self, spec: Item, at: str) -> Meaning:
        if spec.shape != "mapping":
            return Meaning()
        words = dict(self.fields(spec, "words", ""))
        unit = spec.fields["unit"].text if "unit" in spec.fields else ""
        decimals = self.number(spec, "decimals", at, -1)
        times, plus = self.number(spec, "times", at, 1.0), self.number(spec, "plus", at, 0.0)
        return Meaning(unit, times, plus, words, int(decimals) if decimals >= 0 else None)

    def _onlys(self, item: Item, at: str) -> Iterator[Only]:
        for name, wanted in self.fields(item, "only", "topics[…]."):
            asked = Item(wanted.line, 0, 0, 0, "scalar", name, name)
            steps = self._steps(asked, f"{at}.only", False)
            values = wanted.items if wanted.shape == "list" else [wanted]
            if steps is not None:
                yield Only(steps, frozenset(plain_word(one.value) for one in values))

    def _steps(self, item: Item, at: str, by_field: bool) -> Steps | None:
        if by_field:
            return (item.text,)
        try:
            return read_steps(item.text)
        except Refused as problem:
            self.say(item.line, at, str(problem))
        return None

    def _signal(self, path: str, line: int, at: str) -> Signal | None:
        try:
            return self.vocabulary[path]
        except UnknownSignal as error:
            self.say(line, at, f"unknown signal {path[:200]}", error.nearest)
        return None
