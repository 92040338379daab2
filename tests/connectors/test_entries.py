"""Mistakes in templates and in the connectors of a household file: told by line, with the nearest right word."""

from pathlib import Path
from textwrap import dedent, indent

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.connectors.conftest import LIND, told

from homeward.connectors import check, kinds, make
from homeward.connectors.mqtt.fields import find, read_steps
from homeward.connectors.mqtt.reading import read_template
from homeward.connectors.mqtt.settings import understand
from homeward.connectors.mqtt.topics import Matcher, overlap
from homeward.connectors.mqtt.translate import Translator
from homeward.connectors.mqtt.wire import packet, publish, take_apart
from homeward.core.signal import Refused
from homeward.core.vocabulary import Vocabulary
from homeward.registry.household import parse
from homeward.registry.problems import HouseholdErrors

FIRST = LIND.count("\n") + 2


def connector(vocabulary: Vocabulary, written: str, folder: Path) -> Translator:
    """A connector called broker with these settings; its `kind:` stands on line FIRST + 2."""
    text = f"{LIND}\nconnectors:\n  broker:\n{indent(dedent(written).strip(), '    ')}\n"
    household = parse(text, vocabulary, connector_kinds=kinds())
    uses, _ = understand(household.connectors[0], household, vocabulary, [folder], text)
    return Translator(uses)


@pytest.mark.parametrize(
    ("entry", "words"),
    [
        ("{use: owntrack, node: ada, user: ada}", "unknown template owntrack; did you mean owntracks?"),
        ("{use: owntracks, node: adda, user: ada}", "unknown node adda; did you mean ada?"),
        ("{use: owntracks, node: ada}", "owntracks needs `user:` to be said"),
        ("{use: owntracks, node: ada, usr: ada}", "unknown field usr; did you mean user?"),
        ("{use: owntracks, user: ada}", "whose is it? Write `node:`"),
        ("{use: owntracks, node: bedroom, user: ada}", "owntracks is for a person or a vehicle; bedroom is a room"),
        ("{use: owntracks, node: ada, user: 'a/#'}", "'a/#' is not a part of a topic"),
        ("{node: ada}", "which template?"),
        ("ada", "'ada' does not belong here; write `use:` and `node:`"),
        (
            "{use: zigbee2mqtt-light, node: home, name: p, as: {Device.IsOm: Home.Light.Porch}}",
            "did you mean Device.IsOn?",
        ),
        ("{use: zigbee2mqtt-light, node: home, name: p, as: {Device.IsOn: Home.Light.Proch}}", "Home.Light.Porch?"),
        (
            "{use: zigbee2mqtt-light, node: home, name: p, as: {Device.IsOn: Home.Heating.Mode}}",
            "is not one of off, auto",
        ),
        (
            "{node: car, topics: {a: {readings: {Vehicle.Sped: v}}}}",
            "unknown signal Vehicle.Sped; did you mean Vehicle.Speed?",
        ),
        (
            "{node: car, topics: {a: {readings: {Vehicle.Speed: {field: v, unit: kg}}}}}",
            "'kg' cannot be turned into km/h",
        ),
        ("{node: car, topics: {a: {readings: {Vehicle.Speed: {field: v, unti: mph}}}}}", "did you mean unit?"),
        ("{node: car, topics: {a: {readings: {Vehicle.IsMoving: {field: v, unit: mph}}}}}", "is not a number"),
        ("{node: car, topics: {a: {readings: {Vehicle.IsMoving: {field: v, words: {ja: jo}}}}}}", "true or false"),
        ("{node: car, topics: {a: {readings: {Vehicle.Speed: 'a..b'}}}}", "'a..b' is not a field"),
        ("{node: car, topics: {'a/#/b': {readings: {Vehicle.Speed: v}}}}", "# alone at the end"),
        ("{node: car, topics: {a: {payload: xml, readings: {Vehicle.Speed: v}}}}", "not one of json, plain, either"),
        ("{node: car, topics: {a: {}}}", "nothing is read from this topic"),
        ("{node: car, commands: {Vehicle.Speed: {topic: a}}}", "Vehicle.Speed cannot be set"),
        ("{node: home, commands: {Home.Light.Porch: {payload: x}}}", "where to? Write `topic:`"),
        ("{node: home, commands: {Home.Light.Porch: {topic: a/+}}}", "not a topic to send to"),
        ("{node: home, commands: {Home.Light.Porch: {topic: a, payload: '{valeu}'}}}", "did you mean value?"),
        ("{node: home, commands: {Home.Light.Porch: {topic: a, payload: {'{nod}': x}}}}", "did you mean node?"),
        ("{node: home, commands: {Home.Light.Porch: {topic: '{who}/set'}}}", "say what who is"),
    ],
)
def test_a_mistake_in_an_entry(vocabulary: Vocabulary, tmp_path: Path, entry: str, words: str) -> None:
    with pytest.raises(HouseholdErrors) as problems:
        connector(vocabulary, f"kind: mqtt\ntemplates:\n  - {entry}", tmp_path)
    assert words in str(problems.value)
    assert str(problems.value).startswith(f"household.yaml:{FIRST + 4}: connectors.broker.templates"), problems.value


@pytest.mark.parametrize(
    ("setting", "words"),
    [
        ("prot: 1883", f"household.yaml:{FIRST + 3}: connectors.broker: unknown field prot; did you mean port?"),
        ("port: many", "'many' is not a number"),
        ("port: 70000", "from 1 to 65535"),
        ("password_file: ../../etc/passwd", "there is no ../../etc/passwd beside the household file"),
        ("tls: {ca: nowhere.pem}", "there is no nowhere.pem"),
        ("tls: perhaps", "is not yes or no"),
    ],
)
def test_a_mistake_in_a_setting(vocabulary: Vocabulary, tmp_path: Path, setting: str, words: str) -> None:
    entry = "templates: [{use: owntracks, node: ada, user: ada}]"
    with pytest.raises(HouseholdErrors) as problems:
        connector(vocabulary, f"kind: mqtt\n{setting}\n{entry}", tmp_path)
    assert words in str(problems.value)


def test_an_unknown_kind_names_the_nearest(vocabulary: Vocabulary, tmp_path: Path) -> None:
    with pytest.raises(HouseholdErrors, match="unknown connector mqt; did you mean mqtt"):
        connector(vocabulary, "kind: mqt\ntemplates: []", tmp_path)


OURS = """
about: The heat pump of our own making.
parts: {pump: }
topics:
  "pump/{pump}/now":
    only: {ok: [true, 1]}
    at: when
    readings:
      Home.Climate.IndoorTemperature: {field: 'rooms[0].t', unit: °F}
      Home.Electricity.GridPower: {field: power, unit: W}
      Home.Heating.Mode: {field: m, words: {0: off, 1: heat, else: skip}}
commands:
  Home.Climate.TargetTemperature:
    topic: "pump/{pump}/set"
    payload: {goal: "{value}", asked_by: homeward}
    unit: °F
    decimals: 1
"""


@pytest.mark.parametrize("place", ["", "templates"])
def test_a_template_of_ones_own_needs_no_python(vocabulary: Vocabulary, tmp_path: Path, place: str) -> None:
    (tmp_path / place).mkdir(exist_ok=True)
    (tmp_path / place / "my-pump.yaml").write_text(OURS)
    pump = connector(vocabulary, "kind: mqtt\ntemplates:\n  - {use: my-pump, node: home, pump: cellar}", tmp_path)
    payload = '{"ok": true, "when": 1732300000000, "rooms": [{"t": 70}], "power": 1500, "m": 1}'
    assert told(pump, "pump/cellar/now", payload) == {
        "Home.Climate.IndoorTemperature": pytest.approx(21.111111111),
        "Home.Electricity.GridPower": 1.5,
        "Home.Heating.Mode": "heat",
    }
    assert told(pump, "pump/cellar/now", '{"ok": false, "power": 1500}') == {}
    assert told(pump, "pump/cellar/now", '{"ok": 1, "m": 7}') == {}


def test_mistakes_in_ones_own_template_name_its_file_and_line(vocabulary: Vocabulary, tmp_path: Path) -> None:
    (tmp_path / "my-pump.yaml").write_text(OURS.replace("GridPower", "GirdPower").replace("payload: {", "payloda: {"))
    with pytest.raises(HouseholdErrors) as problems:
        connector(vocabulary, "kind: mqtt\ntemplates:\n  - {use: my-pump, node: home, pump: cellar}", tmp_path)
    said = str(problems.value)
    assert "my-pump.yaml:10: topics[pump/{pump}/now].readings: unknown signal Home.Electricity.GirdPower" in said
    assert (
        "my-pump.yaml:15: commands.Home.Climate.TargetTemperature: unknown field payloda; did you mean payload?" in said
    )


def test_the_settings_kept_in_a_registry_do_as_well_as_the_file(vocabulary: Vocabulary, tmp_path: Path) -> None:
    entry = "connectors:\n  b: {kind: mqtt, port: 1999, templates: [{use: teslamate, node: car, car: 2}]}\n"
    household = parse(f"{LIND}\n{entry}", vocabulary)
    broker = make(household.connectors[0], household, vocabulary, [tmp_path])
    assert broker.name == "lind/b"
    assert "teslamate/cars/2/+" in broker.translator.filters  # type: ignore[attr-defined]


def test_everything_wrong_with_all_connectors_is_told_at_once(vocabulary: Vocabulary, tmp_path: Path) -> None:
    text = (
        LIND
        + """
connectors:
  one: {kind: mqtt, port: none, templates: [{use: teslamate, node: card}]}
  two: {kind: door, templates: [{use: owntracks, node: ada, user: ada}]}
  three: {kind: zigbee}
"""
    )
    with pytest.raises(HouseholdErrors) as told:
        check(parse(text, vocabulary), vocabulary, [tmp_path], text, "lind.yaml")
    said = str(told.value).splitlines()
    assert [line.partition(": ")[0] for line in said] == [f"lind.yaml:{FIRST + n}" for n in (1, 1, 2, 3)]
    assert "did you mean car?" in said[0] + said[1] and "no door" in said[2] and "no connector of kind" in said[3]


def test_a_door_takes_no_topics_that_nats_cannot_carry_or_others_have(vocabulary: Vocabulary, tmp_path: Path) -> None:
    from homeward.connectors.mqtt.door import Door

    async def nowhere(subject: str, payload: bytes) -> None: ...

    def put(household: str, entry: str) -> None:
        text = LIND.replace("lind", household) + f"\nconnectors:\n  d: {{kind: door, templates: [{entry}]}}\n"
        made = parse(text, vocabulary)
        make(made.connectors[0], made, vocabulary, [tmp_path], text, door)

    door = Door(nowhere)
    put("lind", "{use: owntracks, node: ada, user: ada}")
    put("lind", "{use: owntracks, node: ada, user: ada}")
    assert door.listen == ("owntracks/ada/+",)
    with pytest.raises(Refused, match="no spaces"):
        put("lind", "{use: zigbee2mqtt-light, node: bedroom, name: Bed Room}")
    with pytest.raises(Refused, match="overlaps with a topic of lind"):
        put("berg", "{use: owntracks, node: ada, user: ada, device: phone}")
    with pytest.raises(Refused, match="overlaps with a topic of lind"):
        put("berg", "{node: ada, topics: {'owntracks/#': {readings: {Person.CurrentLocation.Latitude: lat}}}}")
    assert door.listen == ("owntracks/ada/+",), "what was refused changed nothing"
    door.drop("lind", "d")
    put("berg", "{use: owntracks, node: ada, user: ada, device: phone}")
    assert door.listen == ("owntracks/ada/phone",)


LEVELS = st.lists(st.sampled_from(["a", "b", "", "+"]), min_size=1, max_size=4)


@settings(max_examples=300, deadline=None)
@given(LEVELS, st.booleans(), LEVELS, st.booleans(), st.lists(st.sampled_from(["a", "b", ""]), min_size=1, max_size=5))
def test_a_topic_that_fits_two_filters_shows_that_they_overlap(
    one: list[str], deep: bool, other: list[str], other_deep: bool, levels: list[str]
) -> None:
    filters = ["/".join([*one, "#"] if deep else one), "/".join([*other, "#"] if other_deep else other)]
    matcher = Matcher([(filter, filter) for filter in filters])
    if len(set(matcher.find("/".join(levels)))) == 2:
        assert overlap(*filters) and overlap(*reversed(filters))


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(st.text(min_size=1, max_size=20), st.binary(max_size=300))), st.integers(1, 50))
def test_packets_are_taken_apart_however_they_arrive(messages: list[tuple[str, bytes]], size: int) -> None:
    stream = b"".join(publish(topic, payload, i % 2, False, i + 1) for i, (topic, payload) in enumerate(messages))
    rest, found = b"", []
    for at in range(0, len(stream), size):
        deliveries, _, rest = take_apart(rest + stream[at : at + size])
        found += [(topic, payload) for topic, payload, _, _ in deliveries]
    assert found == messages and rest == b""
    assert take_apart(packet(0x20, b"\0\5"))[1] == [(2, b"\0\5")]


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=200))
def test_any_text_is_a_template_or_is_told(text: str) -> None:
    from homeward.words import load_vocabulary

    with pytest.raises(HouseholdErrors):
        read_template(text, load_vocabulary(), "mine", "mine.yaml")


@settings(max_examples=300, deadline=None)
@given(
    st.recursive(
        st.none() | st.booleans() | st.floats() | st.text(), lambda x: st.lists(x) | st.dictionaries(st.text(), x)
    )
)
def test_any_payload_can_be_looked_into(payload: object) -> None:
    find(payload, read_steps('a.b[0]["c"]'))
