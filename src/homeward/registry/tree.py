"""Reads YAML into a tree that knows its lines, and refuses what could hurt: huge, deep or self-multiplying files.

Types are YAML 1.2's: `yes`, `on` and `NO` are words, `010` is ten. Anchors, aliases, merge keys and tags are not part
of a household file: what it says stands where it is read.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml import events as happened
from ruamel.yaml.error import MarkedYAMLError, YAMLError

MOST_CHARACTERS = 262_144
MOST_DEPTH = 20
MOST_ITEMS = 20_000

Plain = bool | int | float | str | list[Any] | dict[str, Any] | None
Say = Callable[[int, str, str], None]
"""Tells a problem: line, field, message."""

WHOLE = re.compile(r"[-+]?[0-9]+")
OTHER_BASE = re.compile(r"0x[0-9a-fA-F]+|0o[0-7]+")
NUMBER = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
WORDS: dict[str, bool | None] = {
    "": None, "~": None, "null": None, "Null": None, "NULL": None, "true": True, "True": True, "TRUE": True,
    "false": False, "False": False, "FALSE": False,
}  # fmt: skip


@dataclass(slots=True)
class Item:
    """A place in the file: a scalar (`value` and its `text` as written), a list (`items`) or a mapping (`fields`)."""

    line: int
    start: int
    column: int
    end: int
    shape: str
    value: bool | int | float | str | None = None
    text: str = ""
    items: list["Item"] = field(default_factory=list)
    fields: dict[str, "Item"] = field(default_factory=dict)
    lines: dict[str, int] = field(default_factory=dict)

    @property
    def is_empty(self) -> bool:
        """Nothing is written there (`ben:` without more)."""
        return self.shape == "scalar" and self.value is None

    def plain(self) -> Plain:
        """The same as Python lists, dictionaries and values."""
        if self.shape == "list":
            return [item.plain() for item in self.items]
        if self.shape == "mapping":
            return {name: item.plain() for name, item in self.fields.items()}
        return self.value

    def shown(self) -> str:
        """What is written there, short, for an error message."""
        written = repr(self.text) if self.shape == "scalar" else f"a {self.shape}"
        return written if len(written) <= 60 else written[:57] + "..."


class _Stop(Exception):
    """The file cannot be read further."""


def read_tree(text: str, say: Say) -> Item | None:
    """The file's tree, or None if it cannot be read at all; problems are told through `say`."""
    if len(text) > MOST_CHARACTERS:
        say(1, "", f"the file has {len(text):,} characters; at most {MOST_CHARACTERS:,}")
        return None
    try:
        return _Builder(text, say).document()
    except _Stop:
        return None
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 1
        say(line, "", _explained(text, line, str(error.problem or error.context)))
    except YAMLError as error:
        before = text[: getattr(error, "position", 0)]
        say(before.count("\n") + 1, "", f"this cannot be read as YAML: {' '.join(str(error).split())[:120]}")
    return None


def _explained(text: str, line: int, problem: str) -> str:
    lines = text.splitlines()
    written = lines[line - 1] if line <= len(lines) else ""
    if "\t" in written[: len(written) - len(written.lstrip())]:
        return "a tab before the first word; indent with spaces"
    if "mapping values are not allowed" in problem:
        return "a second colon, or an indentation that fits no line above; put text with a colon into quotes"
    return f"this cannot be read as YAML: {problem}"


class _Builder:
    """Builds the tree from the parser's events, one at a time, so that nothing large exists before it is counted."""

    def __init__(self, text: str, say: Say) -> None:
        self.say = say
        self.count = 0
        self.events: Iterator[Any] = iter(YAML(typ="rt", pure=True).parse(text))

    def document(self) -> Item | None:
        for event in self.events:
            if isinstance(event, happened.DocumentStartEvent):
                root = self.item(next(self.events), "", 0)
                for rest in self.events:
                    if isinstance(rest, happened.DocumentStartEvent):
                        self.stop(rest, "", "a second document begins here; write one household a file")
                return root
        return None

    def item(self, event: Any, at: str, depth: int) -> Item:
        self.count += 1
        if self.count > MOST_ITEMS:
            self.stop(event, at, f"more than {MOST_ITEMS:,} values; a household file is smaller")
        if depth > MOST_DEPTH:
            self.stop(event, at, f"nested deeper than {MOST_DEPTH} levels")
        if isinstance(event, happened.AliasEvent) or event.anchor:
            self.stop(
                event, at, "anchors (&) and aliases (*) are not used here; write it out, or put the text into quotes"
            )
        if event.ctag is not None and str(event.ctag) not in ("None", "!"):
            self.say(
                event.start_mark.line + 1, at, f"tags such as {event.ctag} are not used here; write the value alone"
            )
        mark = event.start_mark
        found = Item(mark.line + 1, mark.index, mark.column, event.end_mark.index, "scalar")
        if isinstance(event, happened.ScalarEvent):
            found.text = event.value
            found.value = _typed(event.value) if event.style in (None, "") else event.value
        elif isinstance(event, happened.SequenceStartEvent):
            self.fill_list(found, at, depth)
        else:
            self.fill_mapping(found, at, depth)
        return found

    def fill_list(self, found: Item, at: str, depth: int) -> None:
        found.shape = "list"
        while not isinstance(event := next(self.events), happened.SequenceEndEvent):
            found.items.append(item := self.item(event, f"{at}[{len(found.items)}]", depth + 1))
            found.end = item.end
        found.end = max(found.end, _flow_end(event))

    def fill_mapping(self, found: Item, at: str, depth: int) -> None:
        found.shape = "mapping"
        while not isinstance(event := next(self.events), happened.MappingEndEvent):
            key = self.item(event, at, depth + 1)
            name = key.text
            value = self.item(next(self.events), f"{at}.{name}" if at else name, depth + 1)
            if key.shape != "scalar" or name == "<<":
                self.say(key.line, at, "a field's name is one plain word here")
            elif name in found.fields:
                self.say(key.line, at, f"{name!r} stands here twice, first on line {found.lines[name]}")
            else:
                found.fields[name], found.lines[name] = value, key.line
            found.end = max(key.end, value.end)
        found.end = max(found.end, _flow_end(event))

    def stop(self, event: Any, at: str, message: str) -> None:
        self.say(event.start_mark.line + 1, at, message)
        raise _Stop


def _flow_end(event: Any) -> int:
    """Where a `]` or `}` ends; a block has no such sign, and its end event lies on whatever comes next."""
    return int(event.end_mark.index) if event.end_mark.index > event.start_mark.index else 0


def _typed(text: str) -> bool | int | float | str | None:
    if text in WORDS:
        return WORDS[text]
    if WHOLE.fullmatch(text):
        return int(text) if len(text) <= 18 else float(text)
    if OTHER_BASE.fullmatch(text) and len(text) <= 15:
        return int(text, 0)
    return float(text) if NUMBER.fullmatch(text) else text
