"""The `templates:` of a connector in a household file: which template, for which node, with which parts."""

from collections.abc import Iterator, Mapping

from homeward.connectors.mqtt.library import Library
from homeward.connectors.mqtt.reading import TemplateReader
from homeward.connectors.mqtt.template import Template
from homeward.connectors.mqtt.topics import PART, parts_of
from homeward.connectors.mqtt.use import Use, make_use
from homeward.core.signal import Kind, Refused, Signal, UnknownSignal
from homeward.registry.household import Household
from homeward.registry.problems import HouseholdErrors, nearest
from homeward.registry.reader import Say
from homeward.registry.tree import Item

OWN = ["use", "node", "as"]


class Entries:
    """Reads the entries of one connector, telling every problem and going on."""

    def __init__(self, household: Household, library: Library, say: Say) -> None:
        self.household, self.library, self.say = household, library, say
        self.nodes = {node.name.partition("/")[2]: node for node in household.nodes}

    def uses(self, listed: Item, at: str) -> Iterator[Use]:
        """The uses of all entries that are right."""
        if listed.shape != "list":
            self.say(listed.line, at, "write one `- use: template` for each thing, with its `node:`")
            return
        for place, item in enumerate(listed.items):
            if item.shape != "mapping":
                self.say(item.line, f"{at}[{place}]", f"{item.shown()} does not belong here; write `use:` and `node:`")
            else:
                yield from self._uses(item, f"{at}[{place}]")

    def _uses(self, item: Item, at: str) -> Iterator[Use]:
        template = self._template(item, at)
        if template is None:
            return
        instead = self._instead(item, template, at)
        given = self._parts(item, template, at)
        for short, more in self._nodes(item, template, instead, at):
            node = self.nodes[short]
            try:
                yield make_use(template, node.name, node.kind, {**given, **more}, instead)
            except Refused as problem:
                self.say(item.line, at, str(problem))

    def _template(self, item: Item, at: str) -> Template | None:
        named = item.fields.get("use")
        if named is None:
            if "topics" in item.fields or "commands" in item.fields:
                reader = TemplateReader(self.library.vocabulary, self.say, at)
                before = _Count(self.say)
                reader.say = before
                found = reader.template(item, "its own topics", ("node", "as"))
                return None if before.count else found
            self.say(item.line, at, "which template? Write `use: zigbee2mqtt-light`, or its own `topics:`")
            return None
        try:
            found_one = self.library.get(named.text)
        except HouseholdErrors as problems:
            for one in problems.problems:
                self.say(named.line, f"{at}.use", str(one))
            return None
        except Refused as problem:
            self.say(named.line, f"{at}.use", str(problem))
            return None
        if found_one is None:
            names = self.library.names()
            close = nearest(named.text, names)
            choice = "" if close else f"; there is {', '.join(names)}"
            self.say(named.line, f"{at}.use", f"unknown template {named.text[:80]}{choice}", close)
        return found_one

    def _parts(self, item: Item, template: Template, at: str) -> dict[str, str]:
        known = {part for topic in template.topics for part in parts_of(topic.pattern)} | set(template.parts)
        known -= {"node", "household", "field"}
        given: dict[str, str] = {}
        for name, value in item.fields.items():
            if name in OWN or "use" not in item.fields:
                continue
            if name not in known:
                close = nearest(name, [*sorted(known), *OWN])
                choice = "" if close else f"; {template.name} has {', '.join(sorted(known)) or 'no parts'}"
                self.say(item.lines[name], at, f"unknown field {name[:80]}{choice}", close)
            elif value.shape != "scalar" or not value.text or any(sign in value.text for sign in "+#{}\0"):
                self.say(
                    value.line, f"{at}.{name}", f"{value.shown()} is not a part of a topic; write it as it is there"
                )
            else:
                given[name] = value.text
        return given

    def _instead(self, item: Item, template: Template, at: str) -> dict[str, Signal]:
        listed = item.fields.get("as")
        found: dict[str, Signal] = {}
        if listed is None:
            return found
        if listed.shape != "mapping":
            self.say(listed.line, f"{at}.as", "write `the template's signal: yours` lines")
        for path, mine in listed.fields.items():
            if path not in template.paths():
                close = nearest(path, template.paths())
                self.say(listed.lines[path], f"{at}.as", f"{template.name} has no {path[:200]}", close)
                continue
            try:
                found[path] = self.library.vocabulary[mine.text]
            except UnknownSignal as error:
                self.say(mine.line, f"{at}.as", f"unknown signal {mine.text[:200]}", error.nearest)
        return found

    def _nodes(
        self, item: Item, template: Template, instead: Mapping[str, Signal], at: str
    ) -> Iterator[tuple[str, dict[str, str]]]:
        """The nodes meant, by their short names, and what that says about parts: `node: "{user}"` is each that fits."""
        named = item.fields.get("node")
        if named is None or named.shape != "scalar" or not named.text:
            self.say(item.line, at, "whose is it? Write `node:` and one of the household's nodes")
        elif part := PART.fullmatch(named.text):
            kinds = {instead[path].kind if path in instead else _kind(path) for path in template.paths()}
            for short, node in self.nodes.items():
                if node.kind in kinds:
                    yield short, {part[1]: short}
        elif named.text in self.nodes:
            yield named.text, {}
        else:
            close = nearest(named.text, list(self.nodes))
            choice = "" if close else f"; there is {', '.join(list(self.nodes)[:20])}"
            self.say(named.line, f"{at}.node", f"unknown node {named.text[:80]}{choice}", close)


class _Count:
    """Tells problems on and counts them."""

    def __init__(self, say: Say) -> None:
        self._say, self.count = say, 0

    def __call__(self, line: int, at: str, message: str, nearest: str = "") -> None:
        self.count += 1
        self._say(line, at, message, nearest)


def _kind(path: str) -> Kind:
    return Kind[path.partition(".")[0].upper()]
