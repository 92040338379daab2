"""What a household knows, and the answers of conditions, once more: slow and obvious; see reference.py."""

from collections.abc import Callable
from math import atan2, cos, degrees, inf, isnan, nan, radians, sin, sqrt
from operator import eq, ge, gt, le, lt, ne
from typing import Any, cast

from homeward.core.signal import Kind, Reading, Value
from homeward.core.vocabulary import Vocabulary
from homeward.core.when import Atom, Both, Condition, Either, Term

Cell = tuple[str, str]
COMPARE: dict[str, Callable[[Any, Any], bool]] = {"<": lt, "<=": le, ">": gt, ">=": ge, "==": eq, "!=": ne}


class Cells:
    """The latest value and time of each (node, path); None is unknown."""

    def __init__(self, vocabulary: Vocabulary, nodes: dict[str, Kind]) -> None:
        self.vocabulary, self.nodes = vocabulary, nodes
        self.known: dict[Cell, tuple[Value | None, float]] = {}

    def of(self, kind: Kind) -> list[str]:
        return [node for node, of in self.nodes.items() if of is kind]

    def get(self, node: str, path: str) -> tuple[Value | None, float]:
        return self.known.get((node, path), (None, -inf))

    def number(self, node: str, path: str) -> float:
        value = self.get(node, path)[0]
        return nan if value is None or isinstance(value, str) else float(value)

    def put(self, node: str, path: str, value: Value | None, at: float) -> bool:
        if at < self.get(node, path)[1]:
            return False
        self.known[node, path] = (value, at)
        return True

    # Learning.

    def learn(self, readings: list[Reading], now: float) -> set[Cell]:
        """What was accepted, derived signals too."""
        news: set[Cell] = set()
        last = {(reading.node, reading.path): reading for reading in readings}
        for node in sorted({node for node, _ in last}, key=lambda node: self.nodes[node]):
            own = [reading for (of, _), reading in last.items() if of == node]
            word, at = self.nodes[node].word, own[0].at
            before = self.get(node, f"{word}.DistanceToHome")
            learned = {one.path for one in own if self.put(node, one.path, one.value, at)}
            news |= {(node, path) for path in learned}
            if f"{word}.DistanceToHome" in learned:
                news |= self.follow(node, at, before, True)
            elif learned & {f"{word}.CurrentLocation.Latitude", f"{word}.CurrentLocation.Longitude"}:
                news |= self.follow(node, at, before, False)
            if learned & {"Home.Location.Latitude", "Home.Location.Longitude"}:
                for mover in self.of(Kind.VEHICLE) + self.of(Kind.PERSON):
                    news |= self.follow(mover, now, (None, -inf), False)
        return news | (self.occupancy(now) if any(path == "Person.IsHome" for _, path in news) else set())

    def occupancy(self, now: float) -> set[Cell]:
        seen = [self.get(person, "Person.IsHome")[0] for person in self.of(Kind.PERSON)]
        known = [bool(one) for one in seen if one is not None]
        homes = self.of(Kind.HOME)[:1] if known else []
        return {(home, "Home.IsOccupied") for home in homes if self.put(home, "Home.IsOccupied", any(known), now)}

    def follow(self, node: str, at: float, before: tuple[Value | None, float], sent: bool) -> set[Cell]:
        word = self.nodes[node].word
        found: dict[str, Value | None] = {}
        distance = self.number(node, f"{word}.DistanceToHome")
        if not sent:
            distance, bearing = self.measure(node)
            found |= {} if isnan(distance) else {"DistanceToHome": distance, "BearingToHome": bearing}
        gap, earlier = at - before[1], self.number(node, f"{word}.SpeedTowardsHome")
        speed = earlier if gap <= 0 else nan
        if 0 < gap < 600:
            raw = (cast(float, before[0]) - distance) / gap
            speed = raw if isnan(earlier) else earlier + gap / (gap + 60) * (raw - earlier)
        derived = {"SpeedTowardsHome": speed, "IsClosingOnHome": nan if isnan(speed) else speed > 0.5}
        for name, value in derived.items():
            if not isnan(value) or self.get(node, f"{word}.{name}")[0] is not None:
                found[name] = None if isnan(value) else value
        is_home = True if distance < 150 else False if distance > 300 else self.get(node, f"{word}.IsHome")[0]
        if not isnan(distance) and is_home is not None:
            found["IsHome"] = is_home
        return {
            (node, f"{word}.{name}") for name, value in found.items() if self.put(node, f"{word}.{name}", value, at)
        }

    def measure(self, node: str) -> tuple[float, float]:
        word, home = self.nodes[node].word, next(iter(self.of(Kind.HOME)), "")
        a, b = (radians(self.number(node, f"{word}.CurrentLocation.{name}")) for name in ("Latitude", "Longitude"))
        c, d = (radians(self.number(home, f"Home.Location.{name}")) for name in ("Latitude", "Longitude"))
        if isnan(a + b + c + d):
            return nan, nan
        chord = sin((c - a) / 2) ** 2 + cos(a) * cos(c) * sin((d - b) / 2) ** 2
        bearing = degrees(atan2(sin(d - b) * cos(c), cos(a) * sin(c) - sin(a) * cos(c) * cos(d - b))) % 360
        return 2 * 6_371_008.8 * atan2(sqrt(chord), sqrt(1 - chord)), bearing

    # Asking.

    def asked(self, atom: Atom, node: str) -> list[str]:
        """The nodes that an atom is about, for a subject."""
        kind = self.vocabulary[atom.path].kind
        return [node] if kind is self.nodes[node] else self.of(kind)

    def reads(self, condition: Condition, node: str) -> set[Cell]:
        found = set()
        for atom in condition.atoms():
            paths = [atom.path, atom.value.path] if isinstance(atom.value, Term) else [atom.path]
            found |= {(other, path) for other in self.asked(atom, node) for path in paths}
        return found

    def truth(self, condition: Condition, node: str, now: float) -> bool | None:
        """True, False, or None for unknown: Kleene's strong logic."""
        if isinstance(condition, Both | Either):
            sides = [self.truth(condition.left, node, now), self.truth(condition.right, node, now)]
            return _joined(sides, isinstance(condition, Both))
        atom = cast(Atom, condition)
        answers = [self.answer(atom, other, now) for other in self.asked(atom, node)]
        return _joined(answers, atom.each) if answers else None

    def answer(self, atom: Atom, node: str, now: float) -> bool | None:
        value, at = self.get(node, atom.path)
        if atom.what == "fresh":
            return None if at == -inf else (now < at + atom.value) is (atom.op == "<")
        against = self.get(node, atom.value.path)[0] if isinstance(atom.value, Term) else atom.value
        if value is None:
            return None
        if atom.what == "due":
            return (now >= cast(float, value)) is (atom.op == "<")
        return None if against is None else COMPARE[atom.op](value, against)

    def changes_at(self, condition: Condition, node: str, now: float) -> float:
        """When time alone may next change the answer."""
        times = [inf]
        for atom in condition.atoms():
            for other in self.asked(atom, node):
                value, at = self.get(other, atom.path)
                times += [at + atom.value] if atom.what == "fresh" else []
                times += [cast(float, value)] if atom.what == "due" and value is not None else []
        return min(time for time in times if time > now)


def _joined(answers: list[bool | None], every: bool) -> bool | None:
    if every:
        return False if False in answers else None if None in answers else True
    return True if True in answers else None if None in answers else False
