"""Conditions: what is certain, what is unknown, and the moments they become true."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.core.stage import LIND, Stage

from homeward.core.know import Knower
from homeward.core.signal import Kind, Reading, Refused, UnknownSignal
from homeward.core.skill import View, skill
from homeward.core.twin import Twin
from homeward.core.watch import Watch
from homeward.core.when import Atom, Both, Condition, Either, Trigger, signal
from homeward.words import load_vocabulary

SPEED, SOC = "Vehicle.Speed", "Vehicle.Powertrain.TractionBattery.StateOfCharge.Current"
LIMIT = "Vehicle.Powertrain.TractionBattery.Charging.ChargeLimit"

Known = dict[tuple[str, str], float | bool | str]
Truth = bool | None

# A formula is an atom's place in ATOMS, or a tuple: ("not", f), ("and", f, g), ("or", f, g).
Formula = Any
ATOMS: list[tuple[Atom, str]] = [
    (signal(SPEED) < 5, "v < 5"),
    (signal(SPEED) != 5, "v != 5"),
    (signal(SOC) >= signal(LIMIT), "s >= l"),
    (signal("Person.Sleeping").is_on(), "any p"),
    (signal("Person.Sleeping").every().is_on(), "every p"),
    (signal("Home.Heating.Mode") == "heat", "h"),
    (signal("Home.Heating.Mode") != "heat", "not h"),
    (signal("Device.IsMotion").is_off(), "nobody there to ask"),
]


def kleene_not(a: Truth) -> Truth:
    return None if a is None else not a


def kleene_all(answers: list[Truth]) -> Truth:
    return False if False in answers else None if None in answers else True


def kleene_any(answers: list[Truth]) -> Truth:
    return kleene_not(kleene_all([kleene_not(one) for one in answers]))


def atom_truth(place: int, known: Known) -> Truth:
    """By hand, for each atom of ATOMS."""
    speed, soc, limit = (known.get(("lind/car", path)) for path in (SPEED, SOC, LIMIT))
    mode = known.get(("lind/home", "Home.Heating.Mode"))
    asleep = [known.get((person, "Person.Sleeping")) for person in ("lind/ada", "lind/ben")]
    people: list[Truth] = [None if one is None else bool(one) for one in asleep]
    return [
        None if speed is None else float(speed) < 5,
        None if speed is None else float(speed) != 5,
        None if soc is None or limit is None else float(soc) >= float(limit),
        kleene_any(people),
        kleene_all(people),
        None if mode is None else mode == "heat",
        None if mode is None else mode != "heat",
        None,
    ][place]


def truth(formula: Formula, known: Known) -> Truth:
    match formula:
        case int():
            return atom_truth(formula, known)
        case ("not", a):
            return kleene_not(truth(a, known))
        case ("and", a, b):
            return kleene_all([truth(a, known), truth(b, known)])
        case (_, a, b):
            return kleene_any([truth(a, known), truth(b, known)])
    raise TypeError(formula)


def condition(formula: Formula) -> Condition:
    match formula:
        case int():
            return ATOMS[formula][0]
        case ("not", a):
            return ~condition(a)
        case ("and", a, b):
            return condition(a) & condition(b)
        case (_, a, b):
            return condition(a) | condition(b)
    raise TypeError(formula)


FORMULAS: st.SearchStrategy[Any] = st.recursive(
    st.integers(0, len(ATOMS) - 1),
    lambda inner: st.one_of(st.tuples(st.just("not"), inner), st.tuples(st.sampled_from(["and", "or"]), inner, inner)),
    max_leaves=6,
)
NUMBERS = {SPEED: (3.0, 5.0, 60.0), SOC: (20.0, 80.0), LIMIT: (50.0, 80.0)}
KNOWN = st.fixed_dictionaries(
    {},
    optional={
        **{("lind/car", path): st.sampled_from(values) for path, values in NUMBERS.items()},
        ("lind/ada", "Person.Sleeping"): st.booleans(),
        ("lind/ben", "Person.Sleeping"): st.booleans(),
        ("lind/home", "Home.Heating.Mode"): st.sampled_from(["heat", "cool"]),
    },
)


@settings(max_examples=200, deadline=None)
@given(FORMULAS, KNOWN)
def test_a_condition_is_true_where_it_is_certain(formula: Formula, known: Known) -> None:
    twin = Twin(load_vocabulary())
    for name, kind in LIND.items():
        if kind is not Kind.DEVICE:
            twin.add(name, kind)
    watch = Watch("w", Trigger(condition(formula)), Kind.VEHICLE, twin)
    Knower(twin).learn_readings([Reading(node, path, value, 1.0) for (node, path), value in known.items()])
    fires = watch.look(np.array([0]), np.array([2.0])).size == 1
    assert fires is (truth(formula, known) is True)


def test_unknown_is_neither_zero_nor_anything_else() -> None:
    stage = Stage()
    for what in (signal(SPEED) < 5, signal(SPEED) >= 5, signal(SPEED) == 0, signal(SPEED) != 0, ~(signal(SPEED) == 0)):
        watch = Watch("w", Trigger(what), Kind.VEHICLE, stage.circle.twin)
        assert not watch.look(np.array([0]), np.array([1.0])).size, what


def test_not_is_pushed_down_to_the_atoms() -> None:
    slow, asleep = signal(SPEED) < 5, signal("Person.Sleeping").is_on()
    assert ~(slow & asleep) == Either(signal(SPEED).every() >= 5, signal("Person.Sleeping").every() != True)  # noqa: E712
    assert ~(slow | asleep) == Both(signal(SPEED).every() >= 5, signal("Person.Sleeping").every() != True)  # noqa: E712
    for atom, _ in ATOMS:
        assert ~~atom == atom


# Moments


@skill(when=(signal(SPEED) > 50).holds(60))
def long_drive(car: View):  # type: ignore[no-untyped-def]
    """A condition that has held."""
    yield car.reading("Vehicle.Problem", f"since {car.now - 60:g}")


def test_what_holds_must_hold_without_a_break() -> None:
    stage = Stage(long_drive)
    stage.hear(0, "lind/car", {SPEED: 60})
    assert stage.circle.next_due() == 60
    stage.hear(59, "lind/car", {SPEED: 40})
    stage.hear(59.5, "lind/car", {SPEED: 70})
    stage.wait(119)
    assert not stage.readings
    stage.wait(120)
    assert [(one.at, one.value) for one in stage.readings] == [(119.5, "since 59.5")]
    stage.hear(150, "lind/car", {SPEED: 80})
    stage.wait(900)
    assert len(stage.readings) == 1, "once, until it falls and rises again"
    assert stage.circle.next_due() is None


def test_a_break_within_one_turn_counts_too() -> None:
    stage = Stage(long_drive)
    stage.hear(0, "lind/car", {SPEED: 60})
    for i, speed in enumerate((0, 60, 0, 60)):
        stage.hear(30 + i, "lind/car", {SPEED: speed})
    stage.wait(80)
    assert not stage.readings
    stage.wait(93)
    assert [one.at for one in stage.readings] == [93]


def test_falling_is_not_to_be_true_any_more_also_by_becoming_stale() -> None:
    @skill(when=[(signal(SPEED) > 50).falls(), signal(SPEED).fresh(10).falls()])
    def tell(car: View):  # type: ignore[no-untyped-def]
        """Both ways to fall."""
        yield car.reading("Vehicle.Problem", "fell")

    stage = Stage(tell)
    stage.hear(0, "lind/car", {SPEED: 20})
    stage.wait(9.9)
    assert not stage.readings
    stage.wait(10)
    stage.hear(20, "lind/car", {SPEED: 60})
    stage.hear(21, "lind/car", {SPEED: 50})
    stage.wait(50)
    assert [one.at for one in stage.readings] == [10, 21, 31]


def test_a_due_time_rises_again_with_each_later_value() -> None:
    @skill(when=signal("Home.Arrival.NextPlan").due())
    def plan(home: View):  # type: ignore[no-untyped-def]
        """Called at a time that is itself a signal."""
        yield home.reading("Home.Problem", "due")

    stage = Stage(plan)
    for asked, when in ((0, 100), (1, 50), (60, 55), (70, 200), (80, 300)):
        stage.hear(asked, "lind/home", {"Home.Arrival.NextPlan": when})
    stage.wait(400)
    # 100 was put off to 50; 55 was over when it was said, but 50 had been true all along; 200 was put off to 300.
    assert [one.at for one in stage.readings] == [50, 300]


def test_a_skill_that_puts_itself_off_by_a_hair_is_slowed_down() -> None:
    @skill(when=signal("Home.Arrival.NextPlan").due())
    def restless(home: View):  # type: ignore[no-untyped-def]
        """Never satisfied."""
        yield home.reading("Home.Arrival.NextPlan", home.now + 1e-6)

    stage = Stage(restless)
    stage.hear(0, "lind/home", {"Home.Arrival.NextPlan": 1.0})
    stage.wait(2.05)
    assert 10 <= len(stage.readings) <= 11


# Mistakes


def test_mistakes_in_a_condition_are_told_when_it_is_bound() -> None:
    def bound(what: Condition) -> Watch:
        return Watch("w", Trigger(what), Kind.VEHICLE, Stage().circle.twin)

    with pytest.raises(UnknownSignal, match=r"did you mean Vehicle\.Speed"):
        bound(signal("Vehicle.Sped") < 5)
    with pytest.raises(Refused, match="one of off, auto, heat, cool"):
        bound(signal("Home.Heating.Mode") == "warm")
    with pytest.raises(Refused, match="a number"):
        bound(signal(SPEED) < "fast")
    with pytest.raises(Refused, match="text"):
        bound(signal("Vehicle.Arrival.Destination") < "home")
    with pytest.raises(ValueError, match="of the same kind"):
        bound(signal(SPEED) < signal("Home.Climate.IndoorTemperature"))
