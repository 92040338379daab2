"""A message that comes alone means the same on its topic's course as where it is decoded; a fault of ours costs one."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from homeward.app.trouble import Trouble
from homeward.app.understand import Understanding
from homeward.bus.codec import Codec
from homeward.bus.decoded import Decoded
from homeward.bus.reader import Messages
from homeward.connectors import kinds
from homeward.connectors.mqtt.door import Door
from homeward.connectors.mqtt.settings import understand
from homeward.core.circle import Circle, Turn
from homeward.core.signal import Kind
from homeward.core.standing import Event
from homeward.registry import parse
from homeward.rules.book import RuleBook
from homeward.words import load_vocabulary

VOCABULARY = load_vocabulary()
START_NS = 1_700_000_000_000_000_000
MOST = 12
"""Messages a second of a topic that are taken."""
WRITTEN = """
household: {name}
zone: UTC
vehicles: [car]
homes:
  home:
    acting: all
connectors:
  door:
    kind: door
    templates:
      - node: car
        topics:
          "car/{name}/telemetry":
            readings:
              Vehicle.Speed: {{field: v, unit: mph}}
              Vehicle.DistanceToHome: {{field: dist, unit: km}}
              Vehicle.Powertrain.TractionBattery.StateOfCharge.Current: soc
              Vehicle.TraveledDistance: {{field: odo, unit: km}}
rules:
  warm:
    while: Vehicle.DistanceToHome < 5 km and Vehicle.Speed > 10 km/h
    then:
      home: {{Home.Climate.TargetTemperature: 21 °C}}
"""


HOUSEHOLDS = [WRITTEN.format(name=name) for name in ("lind", "berg")]


async def nowhere(subject: str, payload: bytes) -> None:
    """Nobody listens."""


class House:
    """What hears: a door, a codec and a circle."""

    def __init__(self, written: Sequence[str] = HOUSEHOLDS) -> None:
        book = RuleBook(VOCABULARY)
        self.circle, self.door = Circle(VOCABULARY, ()), Door(nowhere)
        for text in written:
            one = parse(text, VOCABULARY, "test", kinds())
            for node in one.nodes:
                self.circle.add(node.name, node.kind)
            book.put(one)
            uses, _ = understand(one.connectors[0], one, VOCABULARY, [Path()], text)
            self.door.put(one.name, "door", uses)
        self.circle.set_skills(tuple(book.skills()))
        self.codec = Codec(self.circle.twin.nodes, VOCABULARY, most_a_second=MOST)
        self.trouble = Trouble()
        self.understanding = Understanding(self.door, self.codec, self.circle, self.trouble)
        self.courses = 0

    def hear(self, messages: Messages) -> Turn:
        """A message by the shortest way."""
        until = messages.times_ns[0] / 1e9
        if learned := self.understanding.learn(messages):
            self.courses += 1
            return self.circle.turn_learned(*learned, until)
        if one := self.understanding.read(messages):
            return self.circle.turn_one(one, until)
        return self.decode(messages)

    def decode(self, messages: Messages) -> Turn:
        """The same by the way that is there for all."""
        [decoded] = self.understanding.decode(messages)
        return self.circle.turn(decoded.batch, messages.times_ns[0] / 1e9)

    def known(self) -> list[Any]:
        """What the twin knows, and what was counted."""
        table = self.circle.twin.tables[Kind.VEHICLE]
        return [table.values.array[:2].tobytes(), table.times.array[:2].tobytes(), asdict(self.door.translator.counts)]


MANY = """
household: many
zone: UTC
people: [ada]
vehicles: [car]
homes: [home]
rooms: [bedroom]
devices: {socket: }
connectors:
  door:
    kind: door
    templates:
      - {use: owntracks, node: "{user}"}
      - {use: teslamate, node: car}
      - {use: ovms, node: car, user: u, vehicle: v}
      - {use: zigbee2mqtt-thermostat, node: bedroom, name: valve}
      - {use: zigbee2mqtt-lock, node: home, name: lock}
      - {use: shelly-gen2-switch, node: socket, prefix: shelly}
      - {use: tasmota-switch, node: socket, topic: tasmota}
"""
KEYS = ("_type", "tst", "lat", "lon", "at", "id", "last_seen", "method", "params", "ENERGY", "Power", "state", "POWER")
JSON = st.recursive(
    st.floats() | st.integers() | st.booleans() | st.none() | st.text(max_size=9) | st.sampled_from(KEYS),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=5),
    max_leaves=8,
)
SAID = st.binary(max_size=30) | JSON.map(lambda said: json.dumps(said).encode())
ANYWHERE = st.sampled_from(
    b"""owntracks.ada.x teslamate.cars.1.location teslamate.cars.1.speed ovms.u.v.metric.v.p.speed zigbee2mqtt.valve
    zigbee2mqtt.valve.availability zigbee2mqtt.lock shelly.events.rpc shelly.online stat.tasmota.POWER
    tele.tasmota.SENSOR homeward.many.car.readings homeward.many.car.columns homeward.many.car.asked
    homeward.many.car.outcomes homeward.x car./.y homeward.many.ada.heard""".split()
)
NUMBERS = st.floats(-5, 130) | st.integers(-5, 130) | st.sampled_from([4.9, 5, 5.1, 0, -0.0, 1e300, -1e300, 4294968.0])
VALUES: st.SearchStrategy[Any] = NUMBERS | st.sampled_from([None, True, "12", "fast", [], {}])
FIELDS = ("v", "dist", "soc", "odo")
WHOLE = st.fixed_dictionaries(dict.fromkeys(FIELDS, NUMBERS))
ANY = st.dictionaries(st.sampled_from((*FIELDS, "ts")), VALUES)
PAYLOADS = (WHOLE | WHOLE | ANY).map(lambda said: json.dumps(said).encode()) | st.sampled_from(
    [b"", b"{", b"null", b"5"]
)
TOPICS = st.sampled_from(
    [b"car.lind.telemetry", b"car.berg.telemetry", b"car.else.telemetry", b"homeward.lind.car.readings"]
)
GOOD = b'{"v": 20, "dist": 9, "soc": 50, "odo": 7}'


def message(subject: bytes, payload: bytes, time_ns: int, number: int) -> Messages:
    """It, by itself."""
    found = Messages()
    found.append(subject, payload, time_ns, number)
    return found


def told(turn: Turn) -> list[Event]:
    """What came of it."""
    assert not turn.problems
    return turn.events


@settings(max_examples=150, deadline=None)
@given(said=st.lists(st.tuples(TOPICS, PAYLOADS, st.sampled_from([0, 1_000_000, 80_000_000, -5_000_000])), max_size=40))
def test_it_is_heard_as_by_the_way_that_is_there_for_all(said: list[tuple[bytes, bytes, int]]) -> None:
    quick, slow, time_ns = House(), House(), START_NS
    first = [(one, GOOD, 1_000_000_000) for one in (b"car.lind.telemetry", b"car.berg.telemetry") for _ in range(2)]
    for number, (subject, payload, later) in enumerate((*first, *said)):
        time_ns += later
        one = message(subject, payload, time_ns, number)
        assert told(quick.hear(one)) == told(slow.decode(one)), payload
        assert quick.known() == slow.known(), payload
    assert quick.courses, "what is as it should be went by its course"


def test_a_course_ends_with_the_template_it_came_from() -> None:
    house = House()
    for number in range(3):
        house.hear(message(b"car.lind.telemetry", GOOD, START_NS + number, number))
    assert house.courses == 2, "all but the first, which somebody had to look at"
    house.door.drop("lind", "door")
    house.hear(message(b"car.lind.telemetry", GOOD, START_NS + 4, 4))
    assert house.courses == 2


def test_what_cannot_be_read_for_a_fault_of_ours_is_left_out_and_nothing_else(monkeypatch: pytest.MonkeyPatch) -> None:
    house, decode = House(), Codec.decode

    def stumbling(codec: Codec, messages: Messages) -> Decoded:
        decoded = decode(codec, messages)
        if any(b"999" in payload for payload in messages.payloads):
            raise ZeroDivisionError
        return decoded

    monkeypatch.setattr(Codec, "decode", stumbling)
    messages = Messages()
    for number, speed in enumerate((10, 999, 20)):
        payload = b'{"at": %.1f, "Vehicle.Speed": %d}' % (START_NS / 1e9, speed)
        messages.append(b"homeward.lind.car.readings", payload, START_NS + number, 7 + number)
    understood = list(house.understanding.decode(messages))
    assert [one.batch.value.tolist() for one in understood] == [[10.0], [20.0]]
    assert [one.sequences.tolist() for one in understood] == [[7], [9]], "none is taken for one sent again"
    again = Messages(messages.subjects[:1], messages.payloads[:1], [START_NS + 9], [10])
    assert [one.resent for one in house.understanding.decode(again)] == [1]
    assert "message 8 (homeward.lind.car.readings)" in house.trouble.by_place["messages"]


@settings(max_examples=60, deadline=None)
@given(stretches=st.lists(st.lists(st.tuples(ANYWHERE, SAID), max_size=4), max_size=12))
def test_nothing_that_is_said_anywhere_is_a_fault_of_ours(stretches: list[list[tuple[bytes, bytes]]]) -> None:
    house, number = House([MANY]), 0
    for stretch in stretches:
        messages = Messages()
        for subject, payload in stretch:
            number += 1
            messages.append(subject, payload, START_NS + number, number)
        if len(messages) != 1 or (house.understanding.learn(messages) or house.understanding.read(messages)) is None:
            for decoded in house.understanding.decode(messages):
                house.circle.turn(decoded.batch, START_NS / 1e9 + number, decoded.wishes)
    assert not house.trouble.by_place
