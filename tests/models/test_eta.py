"""Drive times as a distribution: what legs share is learned, the interval holds what it says, few drives are humble."""

import json

import numpy as np
import pytest

from homeward.models.eta import DriveTimes
from homeward.models.thermal import FloatArray

SPEEDS = np.array([30.0, 50.0, 50.0, 60.0, 100.0, 100.0, 130.0, 50.0])


def drives(count: int, seed: int, shared: float, own: float) -> list[tuple[FloatArray, FloatArray, FloatArray]]:
    random, made = np.random.default_rng(seed), []
    for _ in range(count):
        allowed = random.choice(SPEEDS, int(random.integers(6, 30)))
        lengths = np.full(len(allowed), 1000.0)
        longer = np.where(allowed <= 60, 0.5, 0.1) + random.normal(0.0, shared) + random.normal(0.0, own, len(allowed))
        made.append((allowed, lengths, lengths / (allowed / 3.6) * np.exp(longer)))
    return made


def covered(model: DriveTimes, asked: list[tuple[FloatArray, FloatArray, FloatArray]], alone: bool = False) -> float:
    inside = []
    for allowed, lengths, took in asked:
        told = (model.independent if alone else model.predict_one)(allowed, lengths)
        inside.append(told.p10 <= took.sum() <= told.p90)
    return float(np.mean(inside))


@pytest.mark.parametrize(("shared", "own"), [(0.15, 0.2), (0.03, 0.4), (0.25, 0.1)])
def test_four_arrivals_in_five_lie_in_the_interval(shared: float, own: float) -> None:
    model = DriveTimes()
    for drive in drives(150, 1, shared, own):
        model.learn_one(*drive)
    assert 0.74 <= covered(model, drives(500, 2, shared, own)) <= 0.87


def test_taking_legs_for_independent_is_far_too_sure() -> None:
    model = DriveTimes()
    for drive in drives(100, 1, 0.25, 0.1):
        model.learn_one(*drive)
    asked = drives(300, 2, 0.25, 0.1)
    assert covered(model, asked, alone=True) < 0.5 < covered(model, asked)


def test_more_drives_make_the_interval_narrower_and_the_middle_truer() -> None:
    allowed, lengths = np.full(12, 50.0), np.full(12, 1000.0)
    taught = DriveTimes()
    for drive in drives(100, 1, 0.04, 0.1):
        taught.learn_one(*drive)
    new, old = DriveTimes().predict_one(allowed, lengths), taught.predict_one(allowed, lengths)
    assert old.p10 < old.p50 < old.p90
    assert old.p90 - old.p10 < 0.7 * (new.p90 - new.p10)
    assert old.p50 == pytest.approx(12 * 72.0 * np.exp(0.5), rel=0.05)


def test_nonsense_teaches_nothing_and_what_was_learned_is_kept() -> None:
    model = DriveTimes()
    for drive in drives(30, 1, 0.1, 0.2):
        model.learn_one(*drive)
    one = np.array([50.0])
    for wrong in (np.nan, -1.0, 0.0, np.inf):
        model.learn_one(one, np.array([1000.0]), np.array([wrong]))
    model.learn_one(one[:0], one[:0], one[:0])
    assert len(model.drives) == 30
    again = DriveTimes.restore(json.loads(json.dumps(model.state())))
    assert again.predict_one(one, np.array([1000.0])) == model.predict_one(one, np.array([1000.0]))
