"""Streams of what may happen in the town: messages, wishes and outcomes, with late, early and lying clocks."""

from dataclasses import dataclass, replace

from hypothesis import strategies as st
from tests.core.town import (
    BEAT,
    BRIGHTNESS,
    CABLE,
    DOOR,
    INDOOR,
    LIMIT,
    LONGITUDE,
    MIDNIGHT,
    NEXT,
    NODES,
    ROOM,
    SOC,
    SPOKEN,
    TARGET,
)

from homeward.core.signal import Kind, Outcome, Reading, Value, Wish, household_of

VALUES: dict[Kind, dict[str, tuple[Value, ...]]] = {
    Kind.VEHICLE: {
        "Vehicle.Speed": (0.0, 0.5, 30.0, 130.0),
        "Vehicle.IsMoving": (True, False),
        SOC: (10.0, 19.9, 20.0, 60.0),
        LIMIT: (50, 80),
        CABLE: (True, False),
        "Vehicle.CurrentLocation.Latitude": (60.0, 60.001, 60.002, 60.1),
        "Vehicle.CurrentLocation.Longitude": (25.0, 25.002, 25.5),
        "Vehicle.DistanceToHome": (50.0, 200.0, 5000.0),
        SPOKEN: ("home", "away"),
    },
    Kind.PERSON: {
        "Person.IsHome": (True, False),
        "Person.Sleeping": (True, False),
        "Person.CurrentLocation.Latitude": (60.0, 60.0015, 60.2),
        "Person.CurrentLocation.Longitude": (25.0, 25.01),
        BEAT: (60.0, 90.0),
    },
    Kind.HOME: {
        INDOOR: (15.0, 18.9, 19.0, 25.0),
        NEXT: (1_000_010.0, 1_000_050.0, 1_000_051.0, 1_000_400.0),
        "Home.Location.Latitude": (60.0, 60.05),
        "Home.Skills.Paused": ("", "charge", "cold , away"),
        "Home.Skills.Acting": ("all", "none", "charge", "cold , away"),
        "Home.Heating.Mode": ("off", "heat", "cool"),
        TARGET: (17.0, 21.0),
    },
    Kind.ROOM: {ROOM: (15.0, 22.0), "Room.IsOccupied": (True, False), BRIGHTNESS: (5.0, 20.0, 50.0, 95.0)},
    Kind.DEVICE: {"Device.IsMotion": (True, False), "Device.IsOn": (True, False)},
}
SETTINGS: dict[str, tuple[Value | None, ...]] = {
    TARGET: (16.0, 21.0, 21.0, 99.0, None, None),
    DOOR: (True, False),
    "Home.Climate.ComfortTemperature": (20.0, 23.0),
}


@dataclass(frozen=True, slots=True)
class Message:
    """Readings of one node that arrived at a stream time."""

    time: float
    readings: tuple[Reading, ...]


Happening = Message | Wish | Outcome


def time_of(what: Happening) -> float:
    """When it is in the stream."""
    return what.time if isinstance(what, Message) else what.at


def household_in(what: Happening) -> str:
    """Whose stream it belongs to."""
    if isinstance(what, Outcome):
        return what.id.rpartition("-")[0]
    return household_of(what.readings[0].node if isinstance(what, Message) else what.node)


GAPS = st.sampled_from([0.0, 0.0, 0.5, 1.0, 3.0, 5.0, 20.0, 31.0, 100.0, 700.0])
LATENESS = st.sampled_from([0.0, 0.0, 0.0, 0.0, 2.0, 30.0, 100_000.0, -4.0, -50.0])


def _messages(node: str) -> st.SearchStrategy[Message]:
    signals = VALUES[NODES[node]]
    one = st.sampled_from([(path, value) for path, values in signals.items() for value in values])
    said = st.lists(one, min_size=1, max_size=4)
    return st.builds(
        lambda late, pairs: Message(0.0, tuple(Reading(node, path, value, -late) for path, value in pairs)),
        LATENESS,
        said,
    )


def _wishes() -> st.SearchStrategy[Wish]:
    asked = st.sampled_from([(path, value) for path, values in SETTINGS.items() for value in values])
    return st.builds(
        lambda node, what, by, until, present: Wish(node, what[0], what[1], 0.0, by, until, "please", present),
        st.just("lind/home"),
        asked,
        st.sampled_from(["lind/ada", "lind/ada", "lind/ben", "berg/cara"]),
        st.sampled_from([None, None, 40.0, 65.0, 1e9]),
        st.booleans(),
    )


OUTCOMES = st.builds(
    lambda household, count, done: Outcome(f"{household}-{count}", done, "said so", 0.0),
    st.sampled_from(["lind", "lind", "berg"]),
    st.integers(1, 12),
    st.booleans(),
)


def _placed(gapped: list[tuple[float, Happening]]) -> list[Happening]:
    """The stream with its times: messages may share one, a wish or an outcome has its own."""
    time, last = MIDNIGHT, None
    out: list[Happening] = [
        Message(time, (Reading(home, "Home.Location.Latitude", 60.0, time), Reading(home, LONGITUDE, 25.0, time)))
        for home in ("lind/home", "berg/home")
    ]
    for gap, what in gapped:
        alone = not isinstance(what, Message) or not isinstance(last, Message | None)
        time += gap + 0.25 * alone
        if isinstance(what, Message):
            out.append(Message(time, tuple(one._replace(at=time + one.at) for one in what.readings)))
        elif isinstance(what, Wish):
            out.append(replace(what, at=time, until=None if what.until is None else time + what.until))
        else:
            out.append(what._replace(at=time))
        last = what
    return out


HAPPENINGS: st.SearchStrategy[Happening] = st.one_of(*map(_messages, NODES), *[_wishes()] * 3, *[OUTCOMES] * 2)
STREAMS = st.lists(st.tuples(GAPS, HAPPENINGS), min_size=35, max_size=55).map(_placed)
