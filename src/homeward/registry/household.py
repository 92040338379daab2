"""A household file: what it says once it is understood, and `parse`, which understands it or tells all that is wrong.

Text in, a Household out; no file is opened and nothing is applied here. docs/household-file.md describes the file.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from textwrap import dedent
from zoneinfo import available_timezones

from homeward.core.signal import Kind, Value
from homeward.core.vocabulary import Vocabulary
from homeward.registry.problems import HouseholdErrors, Problem
from homeward.registry.reader import SECTIONS, Reader
from homeward.registry.tree import Item, Plain, read_tree


@dataclass(frozen=True, slots=True)
class Node:
    """A node of the file: `inside` names the home or room it belongs to, '' for none.

    `attributes` are what is no signal (name, role, drivers); `signals` are first values by path, in the signal's own
    type and unit.
    """

    name: str
    kind: Kind
    inside: str = ""
    attributes: Mapping[str, Plain] = field(default_factory=dict)
    signals: Mapping[str, Value] = field(default_factory=dict)
    line: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Connection:
    """A connector to start: its name in the household, its kind (`mqtt`), and its settings as written."""

    name: str
    kind: str
    settings: Mapping[str, Plain] = field(default_factory=dict)
    line: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class RuleText:
    """A rule as its author wrote it, for the reader of rules; `line` is where `text` begins in the file."""

    name: str
    text: str
    line: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Scene:
    """A named set of commands: (node, path, value)."""

    name: str
    commands: tuple[tuple[str, str, Value], ...]
    line: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Household:
    """Everything that a household file says."""

    name: str
    zone: str
    nodes: tuple[Node, ...] = ()
    connectors: tuple[Connection, ...] = ()
    rules: tuple[RuleText, ...] = ()
    scenes: tuple[Scene, ...] = ()


TOP = ["household", "zone", *SECTIONS, "connectors", "rules", "scenes"]


def parse(
    text: str,
    vocabulary: Vocabulary,
    file: str = "household.yaml",
    connector_kinds: Collection[str] | None = None,
) -> Household:
    """Understand the text of a household file. Raises HouseholdErrors with every problem found, by line.

    `connector_kinds` are the connectors there are; None lets any kind pass.
    """
    problems: list[Problem] = []

    def say(line: int, at: str, message: str, nearest: str = "") -> None:
        problems.append(Problem(line, at, message, nearest, file))

    root = read_tree(text, say)
    if root is None or root.shape != "mapping":
        if not problems:
            say(
                root.line if root else 1,
                "",
                "a household file begins with `household: name`; see docs/household-file.md",
            )
        raise HouseholdErrors(problems)
    found = _household(root, Reader(vocabulary, say), text, connector_kinds)
    if problems:
        raise HouseholdErrors(problems)
    return found


def _household(root: Item, reader: Reader, text: str, kinds: Collection[str] | None) -> Household:
    reader.known_fields(root, "", TOP)
    name = reader.household_name(root)
    zone = _zone(root, reader)
    entries = reader.entries(root, name)
    nodes = tuple(
        Node(entry.name, entry.kind, reader.inside(entry), reader.attributes(entry), reader.signals(entry), entry.line)
        for entry in entries
    )
    return Household(
        name, zone, nodes, _connectors(root, reader, kinds), _rules(root, reader, text), _scenes(root, reader)
    )


def _zone(root: Item, reader: Reader) -> str:
    item = root.fields.get("zone")
    if item is None:
        reader.say(1, "zone", "missing; write the household's time zone, such as `zone: Europe/Helsinki`", "")
        return "UTC"
    zones = available_timezones()
    if item.text not in zones:
        said = f"{item.shown()} is not a time zone; write one such as Europe/Helsinki"
        reader.say(item.line, "zone", said, reader.nearest_zone(item.text, sorted(zones)))
    return item.text


def _connectors(root: Item, reader: Reader, kinds: Collection[str] | None) -> tuple[Connection, ...]:
    found = []
    for name, item in reader.section(root, "connectors"):
        at = f"connectors.{name}"
        reader.word(name, at, root.fields["connectors"].lines[name])
        if item.shape != "mapping" or "kind" not in item.fields:
            reader.say(item.line, at, "a connector needs its kind, such as `kind: mqtt`", "")
            continue
        kind = item.fields["kind"].text
        if kinds is not None and kind not in kinds:
            reader.unknown(item.lines["kind"], f"{at}.kind", "connector", kind, sorted(kinds))
        settings = {key: value.plain() for key, value in item.fields.items() if key != "kind"}
        found.append(Connection(name, kind, settings, item.line))
    return tuple(found)


def _rules(root: Item, reader: Reader, text: str) -> tuple[RuleText, ...]:
    found = []
    for name, item in reader.section(root, "rules"):
        reader.word(name, f"rules.{name}", root.fields["rules"].lines[name])
        if item.is_empty:
            reader.say(item.line, f"rules.{name}", "the rule says nothing; write what it does, or take it out", "")
        found.append(RuleText(name, dedent(" " * item.column + text[item.start : item.end]), item.line))
    return tuple(found)


def _scenes(root: Item, reader: Reader) -> tuple[Scene, ...]:
    found = []
    for name, item in reader.section(root, "scenes"):
        reader.word(name, f"scenes.{name}", root.fields["scenes"].lines[name])
        found.append(Scene(name, tuple(reader.commands(item, f"scenes.{name}")), item.line))
    return tuple(found)
