"""Who of a household is out, and when the first is back: the signals of vehicles and people as models of arrival."""

import json
from dataclasses import dataclass, field
from math import isfinite, nan
from typing import Any

from homeward.core.skill import View
from homeward.models.arrival import Arrival, first_back, from_quantiles, lasting, mix, not_before
from homeward.models.drive import Drives
from homeward.models.habit import Absence, Habit
from homeward.models.outing import GAP_S, Outing, Sighting
from homeward.models.warming import Risk

OURS = "arrival"
GUIDED_S = 600.0
"""What navigation said counts for this long."""
TOGETHER_M = 1000.0
OBEYS_S = 1800.0
"""A thermostat shows what it was asked for within this time; what else it shows, a person has set."""
TURNED = 0.3


@dataclass(slots=True)
class Known:
    """All that the household's arrivals have taught, and the outings going on, by node."""

    habits: dict[str, Habit] = field(default_factory=dict)
    drives: Drives = field(default_factory=Drives)
    outings: dict[str, Outing] = field(default_factory=dict)
    asked: list[list[float]] = field(default_factory=list)
    own_setting: bool = False
    risk: Risk = field(default_factory=Risk)
    changed: bool = False

    @classmethod
    def read(cls, home: View) -> "Known":
        """What the home's signals hold; empty where they hold nothing that can be read."""
        try:
            learned, now = (json.loads(str(home[path] or "{}")) for path in MEMORY)
            return cls(
                {node: Habit.restore(one) for node, one in learned.get("habits", {}).items()},
                Drives.restore(learned["drives"]) if "drives" in learned else Drives(),
                {node: Outing.restore(one) for node, one in now.get("outings", {}).items()},
                [[float(at), float(value)] for at, value in now.get("asked", [])],
                bool(now.get("own_setting")),
                Risk(*(float(one) for one in now.get("risk", (1.0, 0.0)))),
            )
        except (ValueError, KeyError, TypeError, AttributeError):
            return cls()  # kept by another release: learn anew

    def learned(self) -> str:
        """The habits and drives as JSON."""
        habits = {node: habit.state() for node, habit in self.habits.items()}
        return json.dumps({"habits": habits, "drives": self.drives.state()}, separators=(",", ":"))

    def now(self) -> str:
        """The outings going on as JSON."""
        outings = {node: one.state() for node, one in self.outings.items()}
        plain: dict[str, Any] = {"outings": outings, "asked": self.asked, "own_setting": self.own_setting}
        plain["risk"] = [round(self.risk.out, 5), round(self.risk.spent, 5)]
        return json.dumps(plain, separators=(",", ":"))

    def ask(self, now: float, target: float, sent: bool) -> None:
        """Remember what the thermostat is asked for, for as long as it may take to show it; `sent` or only said."""
        if not sent:
            self.asked = [[now, target]]
        elif not self.asked or self.asked[-1][1] != target:
            lately = [one for i, one in enumerate(self.asked) if i + 1 == len(self.asked) or one[0] > now - OBEYS_S]
            self.asked = [*lately, [now, target]]

    def lately_asked(self, at: float) -> list[float]:
        """What a thermostat that obeys may show at `at`: all it was asked for within the time it may take."""
        ends = [when for when, _ in self.asked[1:]] + [at]
        return [target for (_, target), end in zip(self.asked, ends, strict=True) if end > at - OBEYS_S]

    def see(self, home: View) -> None:
        """Take in where everybody is now: begin, follow and end outings, and learn from those that ended."""
        offset = home.number("Home.UtcOffset", 0.0)
        for one in followed(home):
            word = one.kind.word
            outing = self.outings.get(one.node)
            if one[f"{word}.IsHome"] is True:
                if outing is not None:
                    self._back(one.node, outing, one.at(f"{word}.IsHome"), offset)
                continue
            distance = one.number(f"{word}.DistanceToHome")
            if outing is None:
                outing = Outing(left=one.at(f"{word}.IsHome"))
                self.changed = True
            at, speed = one.at(f"{word}.DistanceToHome"), nan
            if word == "Vehicle" and one.age("Vehicle.Speed") < 180.0:
                at, speed = max(at, one.at("Vehicle.Speed")), one.number("Vehicle.Speed")
            self.outings[one.node] = outing.see(Sighting(at, distance, speed), home.now, self.drives)

    def _back(self, node: str, outing: Outing, at: float, offset: float) -> None:
        place = outing.place_m if isfinite(outing.place_m) else nan
        self.habits.setdefault(node, Habit()).learn_one(Absence(outing.left + offset, at + offset, place))
        outing.arrive(at, self.drives)
        del self.outings[node]
        self.changed = True


MEMORY = ("Home.Arrival.Model.State", "Home.Arrival.Outings")


def followed(home: View) -> list[View]:
    """The people and vehicles of whom it is known whether they are at home."""
    return [one for one in (*home.people, *home.vehicles) if one[f"{one.kind.word}.IsHome"] is not None]


def somebody_home(home: View) -> bool:
    """Whether people are in: as the home says, else its people, else its vehicles."""
    if home["Home.IsOccupied"] is not None and home.age("Home.IsOccupied") < GAP_S:
        return home["Home.IsOccupied"] is True
    people = [one for one in home.people if one["Person.IsHome"] is not None]
    if people:
        return any(one["Person.IsHome"] is True for one in people)
    return any(one["Vehicle.IsHome"] is True for one in home.vehicles)


@dataclass(frozen=True, slots=True)
class Coming:
    """When one node is back; `distance_m` groups those who travel together; `ours` unless navigation said it."""

    view: View
    arrival: Arrival
    distance_m: float
    ours: bool
    on_the_way: bool


def expect(home: View, known: Known) -> tuple[Arrival, list[Coming]]:
    """When the first of those who are out is back, and each of them. ValueError if nobody is out."""
    coming = [_expect_one(one, home, known) for one in followed(home) if one.node in known.outings]
    groups: list[list[Coming]] = []
    for one in sorted(coming, key=lambda one: one.distance_m if isfinite(one.distance_m) else 0.0):
        near = 0.1 * one.distance_m + TOGETHER_M
        if groups and not abs(one.distance_m - groups[-1][-1].distance_m) > near:
            groups[-1].append(one)
        else:
            groups.append([one])
    # Who travels together arrives together: where one of them is guided, the others' habits have nothing to add.
    told = [[one for one in group if not one.ours] or group for group in groups]
    return first_back([[one.arrival for one in group] for group in told]), coming


def _expect_one(one: View, home: View, known: Known) -> Coming:
    guided = _guided(one)
    outing = known.outings[one.node]
    if guided is not None:
        return Coming(one, guided, outing.seen_m, ours=False, on_the_way=True)
    now, offset = one.now, home.number("Home.UtcOffset", 0.0)
    habit = known.habits.get(one.node, Habit())
    usual = habit.predict_one(now + offset, outing.left + offset, outing.place_m, offset)
    destination = _destination(one, outing)
    moving = outing.moving(now, destination)
    if moving is None:
        if isfinite(outing.seen_m):
            usual = not_before(usual, outing.seen_at + known.drives.soonest_s(outing.seen_m))
        return Coming(one, usual, outing.seen_m, ours=True, on_the_way=False)
    homeward = known.drives.homeward_chance(moving)
    driving = _since(known.drives.predict_one(outing.seen_at, moving), now)
    later = not_before(usual, outing.seen_at + 1.3 * known.drives.usual_s(moving.left_m))
    arrival = mix(
        [(homeward, driving), (1.0 - homeward, later)], _say(usual.why, homeward, driving, moving.still_s, now)
    )
    return Coming(one, arrival, outing.seen_m, ours=True, on_the_way=homeward > 0.5)


def _since(arrival: Arrival, now: float) -> Arrival:
    """An estimate made at the last sighting, as seen at `now`, on the grid from now."""
    shift = now - arrival.at[0]
    if shift <= 0.0:
        return arrival
    later = Arrival(arrival.at + shift, arrival.chance_before(arrival.at + shift), arrival.why)
    return not_before(later, now) if float(later.before[0]) < 0.9 else later


def _say(usual: str, homeward: float, driving: Arrival, still_s: float, now: float) -> str:
    if homeward < TURNED:
        return f"{usual}; not on the way home now"
    early, middle, late = ((t - now) / 60.0 for t in (driving.p10, driving.median, driving.p90))
    away = f"now {lasting(60.0 * middle)} away ({early:.0f}–{late:.0f})"
    stopped = f", standing for {lasting(still_s)}" if still_s > 180.0 else ""
    return f"{usual}, {away}{stopped}" if homeward > 0.7 else f"{usual}, perhaps {away}{stopped}"


def _guided(one: View) -> Arrival | None:
    """What navigation says of the way home, if it said so lately."""
    if one.kind.word != "Vehicle" or one.age("Vehicle.Arrival.Median") > GUIDED_S:
        return None
    if one["Vehicle.Arrival.Source"] in (None, "", OURS) or one["Vehicle.Arrival.Destination"] != "home":
        return None
    p10, median, p90 = (one.number(f"Vehicle.Arrival.{name}") for name in ("P10", "Median", "P90"))
    if not isfinite(median):
        return None
    early = p10 if isfinite(p10) else median - 0.15 * max(median - one.now, 300.0)
    late = p90 if isfinite(p90) else median + 0.25 * max(median - one.now, 300.0)
    now = one.now
    away = f"{lasting(median - now)} away by the {one['Vehicle.Arrival.Source']}"
    reason = str(one["Vehicle.Arrival.Why"] or "").partition(";")[0]
    why = f"{away} ({(early - now) / 60:.0f}–{(late - now) / 60:.0f} min)"
    return from_quantiles(now, early, median, late, f"{reason}; {why}" if reason else why)


def _destination(one: View, outing: Outing) -> str:
    """Where the driver said to go, if that was said for this drive."""
    if one.kind.word != "Vehicle" or outing.drive is None:
        return ""
    if one.at("Vehicle.Arrival.Destination") < outing.drive.began - GAP_S:
        return ""
    return str(one["Vehicle.Arrival.Destination"] or "")
