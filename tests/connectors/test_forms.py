"""Messages of one form read together say what each says by itself; those that do not fit are found."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from homeward.connectors.mqtt.translate import Translator
from homeward.core.signal import Refused
from homeward.core.vocabulary import Vocabulary, encode

TOPIC = "car/lind/telemetry"
NUMBERS = """Vehicle.Speed: {field: v, unit: mph}, Vehicle.DistanceToHome: {field: dist, unit: km},
  Vehicle.Powertrain.TractionBattery.StateOfCharge.Current: soc,
  Vehicle.Exterior.AirTemperature: {field: outside, unit: °F}"""
WORDS = """Vehicle.IsMoving: {field: state, words: {driving: true, parked: false, asleep: skip}},
  Vehicle.Powertrain.TractionBattery.Charging.IsCharging: charging"""
ELSE = """Vehicle.IsMoving: {field: state, words: {parked: false, else: true}},
  Vehicle.Powertrain.TractionBattery.Charging.IsCharging: {field: charging, words: {"no": false, else: true}}"""
TEXT = "Vehicle.VehicleIdentification.Model: model"
VALUES: st.SearchStrategy[Any] = st.one_of(
    st.floats(-200, 500),
    st.integers(-10, 200),
    st.sampled_from(["driving", "parked", "asleep", "12.5", "", None, True, False, [], {"v": 1}, 1e300, -1e17, 1, 0]),
)
ANY = st.dictionaries(st.sampled_from(["v", "dist", "soc", "outside", "state", "charging", "other"]), VALUES)
WHOLE = st.fixed_dictionaries(
    {
        "v": st.floats(0, 120),
        "dist": st.floats(0, 1e4).map(lambda km: round(km, 4)),
        "soc": st.integers(0, 100),
        "outside": st.floats(-40, 120),
        "state": st.sampled_from(["driving", "parked"]),
        "charging": st.sampled_from([True, False, "on", 0]),
    }
)
BROKEN = st.sampled_from([b"", b"{", b"5", b"[]", b'"text"', b'{"v": 1e999}', b"\xff", b"null", b"{}" * 2])
CARS: dict[str, Translator] = {}
"""By what they read; to make one takes longer than to try it."""


def entry(readings: str) -> str:
    return f'{{node: car, topics: {{"car/{{household}}/telemetry": {{readings: {{{readings}}}}}}}}}'


def check(translator: Translator, vocabulary: Vocabulary, payloads: list[bytes]) -> list[bool]:
    """Which take a closer look; all others are as they are by themselves."""
    plain = translator.plain(TOPIC)
    assert plain is not None and plain.node == "lind/car"
    paths, (values, closer) = plain.form.paths, plain.form.numbers(payloads)
    assert values.shape == (len(payloads), len(paths))
    for payload, row, unfit in zip(payloads, values.tolist(), closer.tolist(), strict=True):
        alone = plain.form.one(payload)
        assert alone is None or (not unfit and [one.hex() for one in alone] == [one.hex() for one in row]), payload
        if unfit:
            continue
        [(_, readings, at)] = translator.hear(TOPIC, payload)
        assert at is None and set(readings) == set(paths)
        for path, number in zip(paths, row, strict=True):
            try:
                assert encode(vocabulary[path], readings[path]) == number, (path, payload)
            except Refused:
                assert not vocabulary[path].low <= number <= vocabulary[path].high, (path, payload)
    return [bool(one) for one in closer]


@pytest.mark.parametrize("readings", [NUMBERS, f"{NUMBERS}, {WORDS}", ELSE], ids=["numbers", "words", "else"])
@given(payloads=st.lists(st.one_of(ANY.map(lambda said: json.dumps(said).encode()), BROKEN), max_size=8), whole=WHOLE)
@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_together_and_alone_say_the_same(
    translator: Callable[..., Translator], vocabulary: Vocabulary, readings: str, payloads: list[bytes], whole: Any
) -> None:
    every = [*payloads, json.dumps(whole).encode(), json.dumps({**whole, "beside": {"x": [1]}}).encode()]
    car = CARS[readings] = CARS.get(readings) or translator(entry(readings))
    closer = check(car, vocabulary, every)
    assert not closer[-1] and not closer[-2], "what is as it should be is read together"
    plain = car.plain(TOPIC)
    simple = b'{"v": 5, "dist": 1, "soc": 80, "outside": 50.5, "state": "parked", "charging": true}'
    assert plain and (plain.form.one(simple) is not None) == (readings == NUMBERS), "numbers by themselves too"


def test_nodes_with_the_same_template_share_a_form_and_others_do_not(translator: Callable[..., Translator]) -> None:
    both = translator(entry(NUMBERS), entry(NUMBERS).replace("car/{household}", "van/{household}"))
    car, van = both.plain(TOPIC), both.plain("van/lind/telemetry")
    other = translator(entry(NUMBERS.replace("mph", "m/s"))).plain(TOPIC)
    assert car and van and other
    assert car.form is van.form and car.form is not other.form


@pytest.mark.parametrize(
    "own",
    [
        entry(f"{NUMBERS}, {TEXT}"),
        entry(NUMBERS).replace("readings:", "at: ts, readings:"),
        entry(NUMBERS.replace("field: v,", "field: v, only: {gear: D},")),
    ],
    ids=["text", "time", "only"],
)
def test_what_is_more_than_plain_is_read_by_itself(translator: Callable[..., Translator], own: str) -> None:
    assert translator(own).plain(TOPIC) is None


def test_what_did_not_fit_is_counted_once(translator: Callable[..., Translator]) -> None:
    one = translator(entry(NUMBERS))
    car = one.plain(TOPIC)
    assert car and one.plain("elsewhere") is None
    assert car.read(b'{"v": "fast"}') is None
    assert one.plain(TOPIC) is car
    read = car.read(b'{"v": "5"}')
    assert read and (read.node, list(read.readings)) == ("lind/car", ["Vehicle.Speed"])
    assert (one.counts.heard, one.counts.said, one.counts.unfit) == (2, 1, 1)
    assert one.known(TOPIC) is car
    assert one.counts.heard == 2, "whoever only asks has not heard"
