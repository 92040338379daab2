"""Checks the fields of a household file against the vocabulary and each other, telling every problem and going on."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

from homeward.core.signal import Kind, Refused, Role, Signal, UnknownSignal, Value, check_name
from homeward.core.vocabulary import Vocabulary
from homeward.registry.problems import nearest
from homeward.registry.quantity import nearest_word, understood
from homeward.registry.tree import Item, Plain

SECTIONS = {
    "people": Kind.PERSON, "vehicles": Kind.VEHICLE, "homes": Kind.HOME, "rooms": Kind.ROOM, "devices": Kind.DEVICE
}  # fmt: skip
ROLES = ["owner", "member", "guest"]

SHORT: dict[Kind, dict[str, str]] = {
    Kind.PERSON: {"name": "Person.Name"},
    Kind.VEHICLE: {
        "brand": "Vehicle.VehicleIdentification.Brand",
        "model": "Vehicle.VehicleIdentification.Model",
        "battery": "Vehicle.Powertrain.TractionBattery.GrossCapacity",
        "reserve": "Vehicle.Navigation.Reserve",
        "certainty": "Vehicle.Navigation.Certainty",
    },
    Kind.HOME: {
        "comfort": "Home.Climate.ComfortTemperature",
        "lowest": "Home.Climate.LowestTemperature",
        "heating": "Home.Climate.FullPower",
        "cold_chance": "Home.Arrival.ColdChance",
        "acting": "Home.Skills.Acting",
        "by_hand": "Home.Commands.ByHand",
    },
    Kind.ROOM: {},
    Kind.DEVICE: {},
}
"""Fields that are a short way to write the first value of a signal."""

OTHER: dict[Kind, list[str]] = {
    Kind.PERSON: ["role"], Kind.VEHICLE: ["drivers"], Kind.HOME: ["location"], Kind.ROOM: ["home"], Kind.DEVICE: ["in"]
}  # fmt: skip


class Say(Protocol):
    """Tells a problem: line, field, message, nearest right word."""

    def __call__(self, line: int, at: str, message: str, nearest: str = "") -> None: ...


@dataclass(frozen=True, slots=True)
class Entry:
    """A node of the file before its fields are understood."""

    name: str
    kind: Kind
    at: str
    line: int
    fields: dict[str, Item]


class Reader:
    """Understands the parts of one file; `entries` comes first, for the other parts refer to the nodes it finds."""

    def __init__(self, vocabulary: Vocabulary, say: Say) -> None:
        self.vocabulary, self.say = vocabulary, say
        self.household = ""
        self.nodes: dict[str, Entry] = {}

    def unknown(self, line: int, at: str, what: str, word: str, known: list[str]) -> None:
        """Tell that a word is not one of those known."""
        close = nearest(word, known)
        choice = "" if close or not known else f"; there is {', '.join(known[:20])}"
        self.say(line, at, f"unknown {what} {word[:100]}{choice}", close)

    def nearest_zone(self, word: str, zones: list[str]) -> str:
        """The zone most like a word: by its city, where only that was written."""
        cities = {zone.rpartition("/")[2]: zone for zone in zones}
        return nearest(word, zones) or cities.get(nearest(word.rpartition("/")[2], list(cities)), "")

    def known_fields(self, item: Item, at: str, known: list[str]) -> None:
        """Tell of every field that is not one of those known."""
        for name, line in item.lines.items():
            if name not in known:
                self.unknown(line, at, "field", name, known)

    def word(self, word: str, at: str, line: int) -> bool:
        """Whether a word can be a name; if not, tell."""
        try:
            check_name(f"x/{word}")
        except Refused:
            self.say(line, at, f"{word[:100]!r} cannot be a name; use up to 48 letters a-z, digits, - and _")
            return False
        return True

    def household_name(self, root: Item) -> str:
        """The household's own name."""
        item = root.fields.get("household")
        if item is None or item.shape != "scalar" or not item.text:
            self.say(item.line if item else 1, "household", "missing; write the household's name: `household: lind`")
        elif self.word(item.text, "household", item.line):
            self.household = item.text
        return self.household

    def section(self, root: Item, name: str) -> Iterator[tuple[str, Item]]:
        """The named entries of a section: a mapping, or a plain list of names."""
        item = root.fields.get(name)
        if item is None or item.is_empty:
            return
        if item.shape == "list" and name in SECTIONS and all(one.shape == "scalar" for one in item.items):
            for one in item.items:
                if one.text in item.lines:
                    self.say(one.line, name, f"{one.text!r} stands here twice, first on line {item.lines[one.text]}")
                    continue
                item.lines[one.text] = one.line
                yield one.text, Item(one.line, one.start, one.column, one.end, "scalar")
        elif item.shape == "mapping":
            yield from item.fields.items()
        else:
            self.say(item.line, name, f"{item.shown()} does not belong here; write one `name:` a line, indented")

    def entries(self, root: Item, household: str) -> list[Entry]:
        """All nodes of the file, their names checked."""
        for section, kind in SECTIONS.items():
            for name, item in self.section(root, section):
                at, line = f"{section}.{name}", root.fields[section].lines[name]
                if not self.word(name, at, line):
                    continue
                if name in self.nodes:
                    first = self.nodes[name]
                    self.say(
                        line, at, f"the name is taken by {first.at} on line {first.line}; every node needs its own"
                    )
                elif item.shape == "mapping" or item.is_empty:
                    self.nodes[name] = Entry(f"{household}/{name}", kind, at, line, item.fields)
                    self.known_fields(item, at, ["name", *SHORT[kind], *OTHER[kind], "signals"])
                else:
                    self.say(item.line, at, f"{item.shown()} does not belong here; write its fields, indented")
        return list(self.nodes.values())

    def refer(self, item: Item, at: str, *kinds: Kind) -> str:
        """The full name of a node that is written there by its short one, or '' where it is none of those kinds."""
        names = [name for name, entry in self.nodes.items() if entry.kind in kinds]
        if item.shape == "scalar" and item.text in names:
            return self.nodes[item.text].name
        what = " or ".join(kind.name.lower() for kind in kinds)
        self.unknown(item.line, at, what, item.text if item.shape == "scalar" else item.shown(), names)
        return ""

    def inside(self, entry: Entry) -> str:
        """The home or room that a room or device belongs to; left out, it is the only home."""
        if entry.kind not in (Kind.ROOM, Kind.DEVICE):
            return ""
        word, kinds = ("home", (Kind.HOME,)) if entry.kind is Kind.ROOM else ("in", (Kind.ROOM, Kind.HOME))
        if item := entry.fields.get(word):
            return self.refer(item, f"{entry.at}.{word}", *kinds)
        homes = [one.name for one in self.nodes.values() if one.kind is Kind.HOME]
        if len(homes) == 1:
            return homes[0]
        if homes:
            short = ", ".join(home.rpartition("/")[2] for home in homes)
            self.say(entry.line, entry.at, f"there are several homes ({short}); write `{word}:` and which")
        elif entry.kind is Kind.ROOM:
            self.say(entry.line, entry.at, "a room needs a home; write one under `homes:`")
        return ""

    def attributes(self, entry: Entry) -> dict[str, Plain]:
        """What the file says of a node that is not a signal: its display name, role and drivers."""
        found: dict[str, Plain] = {}
        if item := entry.fields.get("name"):
            if item.shape == "scalar" and item.text:
                found["name"] = item.text
            elif entry.kind is not Kind.PERSON:  # a person's is a signal too, and told of there
                self.say(item.line, f"{entry.at}.name", f"{item.shown()} is not a name to show; write some text")
        if item := entry.fields.get("role"):
            found["role"] = item.text
            if item.text not in ROLES:
                self.unknown(item.line, f"{entry.at}.role", "role", item.shown(), ROLES)
        elif entry.kind is Kind.PERSON:
            found["role"] = "member"
        if item := entry.fields.get("drivers"):
            at = f"{entry.at}.drivers"
            if item.shape != "list":
                self.say(item.line, at, f"{item.shown()} is not a list of people; write `drivers: [ada, ben]`")
            found["drivers"] = [self.refer(one, at, Kind.PERSON) for one in item.items]
        return found

    def signals(self, entry: Entry) -> dict[str, Value]:
        """The first values of a node's signals, from short fields, `location` and `signals`."""
        found: dict[str, Value] = {}
        for short, path in SHORT[entry.kind].items():
            if item := entry.fields.get(short):
                self.value(self.vocabulary[path], item, f"{entry.at}.{short}", found)
        if item := entry.fields.get("location"):
            self.location(item, f"{entry.at}.location", found)
        listed, at = entry.fields.get("signals"), f"{entry.at}.signals"
        if listed and listed.shape != "mapping":
            self.say(
                listed.line, at, f"{listed.shown()} does not belong here; write `{entry.kind.word}.…: value` lines"
            )
        for path, item in (listed.fields if listed else {}).items():
            if signal := self.signal(path, listed.lines[path] if listed else 0, at, entry.kind):
                if signal.path in found:
                    self.say(item.line, at, f"{path} is already given by a field of {entry.at}; write it once")
                self.value(signal, item, at, found)
        return found

    def location(self, item: Item, at: str, found: dict[str, Value]) -> None:
        """Latitude and longitude, in that order."""
        if item.shape != "list" or len(item.items) != 2:
            self.say(item.line, at, f"{item.shown()} is not a place; write [latitude, longitude]: [60.17, 24.94]")
            return
        for part, name in zip(item.items, ("Latitude", "Longitude"), strict=True):
            self.value(self.vocabulary[f"Home.Location.{name}"], part, at, found)

    def signal(self, path: str, line: int, at: str, kind: Kind) -> Signal | None:
        """The signal of that path if nodes of that kind have it; if not, tell."""
        try:
            signal = self.vocabulary[path]
        except UnknownSignal as error:
            self.say(line, at, f"unknown signal {path[:200]}", error.nearest)
            return None
        if signal.kind is not kind:
            self.say(line, at, f"{path} is a signal of a {signal.kind.name.lower()}, not of a {kind.name.lower()}")
            return None
        return signal

    def value(self, signal: Signal, item: Item, at: str, found: dict[str, Value]) -> None:
        """Add the value written there under the signal's path, if it fits; if not, tell what would."""
        try:
            found[signal.path] = understood(signal, item)
        except Refused as error:
            self.say(item.line, at, str(error), nearest_word(signal, item))

    def commands(self, scene: Item, at: str) -> Iterator[tuple[str, str, Value]]:
        """The commands of a scene: for each node its actuators and their values."""
        if scene.shape != "mapping" or not scene.fields:
            self.say(scene.line, at, "a scene names nodes and what to set: `home: {Home.Light.Porch: on}`")
        for name, wanted in scene.fields.items():
            line = scene.lines[name]
            if name not in self.nodes:
                self.unknown(line, at, "node", name, list(self.nodes))
                continue
            if wanted.shape != "mapping":
                self.say(line, f"{at}.{name}", f"{wanted.shown()} does not belong here; write `path: value` lines")
            for path, item in wanted.fields.items():
                signal = self.signal(path, wanted.lines[path], f"{at}.{name}", self.nodes[name].kind)
                if signal and signal.role is not Role.ACTUATOR:
                    self.say(wanted.lines[path], f"{at}.{name}", f"{path} cannot be set; it is only measured or given")
                elif signal:
                    found: dict[str, Value] = {}
                    self.value(signal, item, f"{at}.{name}", found)
                    yield from ((self.nodes[name].name, signal.path, value) for value in found.values())
