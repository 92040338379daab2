"""What the twin knows: the latest of everything, whatever comes late, however many there are."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.core.stage import Stage

from homeward.core.batch import Batch, trusted
from homeward.core.circle import Circle
from homeward.core.signal import Kind, Reading, Refused, Type, UnknownSignal
from homeward.core.twin import FIRST_SLOTS, Table
from homeward.words import load_vocabulary

SPEED = "Vehicle.Speed"


def test_late_news_never_overwrites_newer_news() -> None:
    stage = Stage()
    stage.hear(100, "lind/car", {SPEED: 50, "Vehicle.Arrival.Destination": "home"}, at=100)
    stage.hear(110, "lind/car", {SPEED: 10, "Vehicle.IsMoving": True, "Vehicle.Arrival.Destination": "away"}, at=90)
    assert stage.knows("lind/car", SPEED) == 50
    assert stage.knows("lind/car", "Vehicle.Arrival.Destination") == "home"
    assert stage.knows("lind/car", "Vehicle.IsMoving") is True, "what is new in a late message is news all the same"
    stage.hear(120, "lind/car", {SPEED: 20}, at=100)
    assert stage.knows("lind/car", SPEED) == 20, "of equal times the one that arrives later"


@given(st.floats(0, 2e9), st.floats(-2e5, 1e3) | st.just(float("nan")))
def test_a_sender_s_clock_is_trusted_from_a_day_before_to_five_seconds_after(arrived: float, off: float) -> None:
    at = trusted(np.array([arrived + off]), np.array([arrived]))[0]
    believed = arrived - 86_400 <= arrived + off <= arrived + 5
    assert at == (arrived + off if believed else arrived)


def test_each_type_comes_back_as_it_was() -> None:
    stage = Stage()
    stage.hear(1, "lind/home", {"Home.Heating.Mode": "cool", "Home.IsOccupied": False, "Home.Problem": "Täglich 12 °C"})
    stage.hear(1, "lind/home", {"Home.Climate.IndoorTemperature": -0.5, "Home.Climate.OutdoorForecast": ""})
    assert {signal.path: value for signal, value, _ in stage.circle.twin.known("lind/home")} == {
        "Home.Heating.Mode": "cool",
        "Home.IsOccupied": False,
        "Home.Problem": "Täglich 12 °C",
        "Home.Climate.IndoorTemperature": -0.5,
        "Home.Climate.OutdoorForecast": "",
    }
    assert stage.circle.twin.get("lind/home", "Home.Climate.TargetTemperature") == (None, -np.inf)


def test_an_older_name_and_its_new_one_are_one_signal() -> None:
    stage = Stage()
    old = "Vehicle.Cabin.Door.Row1.Left.IsLocked"
    new = "Vehicle.Cabin.Door.Row1.DriverSide.IsLocked"
    stage.hear(1, "lind/car", {new: True, old: False})
    assert stage.knows("lind/car", new) is False
    assert stage.knows("lind/car", old) is False


def test_a_wrong_name_is_told_with_the_nearest_right_one() -> None:
    stage = Stage()
    with pytest.raises(UnknownSignal, match="did you mean lind/car"):
        stage.circle.twin.get("lind/cat", SPEED)
    with pytest.raises(UnknownSignal, match=r"^unknown: berg/car$"):
        stage.circle.twin.get("berg/car", SPEED)
    with pytest.raises(Refused, match="is a Vehicle, not a Home"):
        stage.circle.add("lind/car", Kind.HOME)
    for bad in ("car", "lind/car/left", "lind/", "lind/c r", "lind/" + "x" * 49, "lind/*"):
        with pytest.raises(Refused, match="household/node"):
            stage.circle.add(bad, Kind.VEHICLE)


# Rows and slots


Step = tuple[int, int, float, float]  # row, signal, value, at
STEPS = st.lists(
    st.lists(
        st.tuples(st.integers(0, 5), st.integers(0, 99), st.integers(0, 9).map(float), st.integers(0, 30).map(float)),
        max_size=12,
        unique_by=lambda step: step[:2],
    ),
    max_size=25,
)


@settings(max_examples=60, deadline=None)
@given(STEPS, st.integers(0, FIRST_SLOTS), st.lists(st.integers(0, 99), max_size=5))
def test_a_table_remembers_the_latest_wherever_it_keeps_it(
    steps: list[list[Step]], taken: int, later: list[int]
) -> None:
    """Slots taken by other signals first push the rest aside; some are promoted on the way."""
    table, known = Table(100 + taken), dict[tuple[int, int], tuple[float, float]]()
    table.extend_to(6)
    for signal in range(100, 100 + taken):
        table.give_slot(signal)
    for step in steps:
        if step:
            rows, signals, values, at = (np.array(column) for column in zip(*step, strict=True))
            newer = table.write(rows, signals, values, at)
        for i, (row, signal, value, time) in enumerate(step):
            accepted = time >= known.get((row, signal), (0.0, -np.inf))[1]
            assert (newer is None or bool(newer[i])) is accepted
            if accepted:
                known[row, signal] = value, time
        if later:
            table.give_slot(later.pop())
    for row in range(6):
        assert table.known_signals(row) == sorted(signal for of, signal in known if of == row)
    for (row, signal), (value, time) in known.items():
        assert table.cell(row, signal) == (value, time)


def test_a_rare_signal_gets_its_slot_when_enough_nodes_have_it() -> None:
    table = Table(FIRST_SLOTS + 2)
    table.extend_to(2000)
    rare = FIRST_SLOTS + 1
    for signal in range(FIRST_SLOTS):
        table.give_slot(signal)
    for row in range(1000):
        table.write(np.array([row]), np.array([rare]), np.array([row * 2.0]), np.array([5.0]))
        in_slot = rare in table.signal_of_slot
        assert in_slot is (row >= 256)
    assert not table.aside
    assert table.take(np.arange(1000), rare).tolist() == [row * 2.0 for row in range(1000)]
    late = table.write(np.array([3, 4]), np.array([rare, rare]), np.array([0.0, 0.0]), np.array([4.0, 6.0]))
    assert late is not None and late.tolist() == [False, True]


def test_a_circle_grows_while_it_runs_and_loses_nothing() -> None:
    """From one household to a hundred thousand, in bursts, with readings before and after each."""
    circle, rng = Circle(load_vocabulary()), np.random.default_rng(5)
    numbers = [s for s in circle.twin.vocabulary if s.kind is Kind.VEHICLE and s.type is Type.NUMBER]
    signals = np.array([signal.index for signal in numbers[:7]])
    kept: dict[int, tuple[float, float]] = {}
    for now, size in enumerate((1, 2, 63, 64, 65, 1_000, 30_000, 110_000), 1):
        for i in range(len(circle.twin.nodes), size):
            circle.add(f"h{i}/car", Kind.VEHICLE)
        some = rng.choice(size, min(size, 2_000), replace=False)
        values = rng.uniform(0, 10, len(some) * 7)
        time = np.full(len(some), float(now))
        circle.turn(Batch(some, time, time, np.arange(len(some) + 1) * 7, np.tile(signals, len(some)), values), now)
        kept |= {int(node): (float(values[i * 7 + 6]), float(now)) for i, node in enumerate(some)}
    last = circle.twin.vocabulary.signals[int(signals[6])]
    assert len(kept) > 4_000
    for node, cell in kept.items():
        assert circle.twin.cell(node, last) == cell
    assert circle.twin.nodes.names[109_999] == "h109999/car"
    unheard = next(node for node in range(110_000) if node not in kept)
    assert circle.twin.cell(unheard, last) == (None, -np.inf)


def test_batches_take_what_fits_the_vocabulary_only() -> None:
    nodes, vocabulary = Stage().circle.twin.nodes, load_vocabulary()
    for path, value in ((SPEED, "fast"), (SPEED, True), (SPEED, float("nan")), (SPEED, 10**400)):
        with pytest.raises(Refused, match=r"Vehicle\.Speed"):
            Batch.of([(1.0, [Reading("lind/car", path, value, 1.0)])], nodes, vocabulary)
