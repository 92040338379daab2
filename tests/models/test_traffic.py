"""The speed forecast: what a jam teaches, what is missing, and that it never looks ahead."""

import numpy as np
import pytest

from homeward.models import traffic
from homeward.models.thermal import FloatArray
from homeward.models.traffic import A_DAY


def days_of_jams(days: int, seed: int = 1) -> FloatArray:
    """Three detectors along a road, 5 min: a jam of random depth at eight, at the next one 15 min later."""
    random = np.random.default_rng(seed)
    steps = np.arange(days * A_DAY)
    speeds = np.full((len(steps), 3), 65.0)
    for day in range(days):
        depth = random.uniform(10, 45)
        for detector in range(3):
            start = day * A_DAY + 96 + 3 * detector + int(random.integers(-6, 6))
            speeds[:, detector] -= depth * np.exp(-(((steps - start) / 12.0) ** 2))
    return np.asarray(speeds + random.normal(0.0, 1.0, speeds.shape))


def errors(model: traffic.Traffic, speeds: FloatArray, horizon: int) -> tuple[float, float, float]:
    filled = traffic.fill(speeds, model.usual_at(np.arange(len(speeds))))
    rows = np.arange(traffic.PAST, len(speeds) - horizon)
    came = speeds[rows + horizon]
    told = model.predict_many(filled, rows, 0, horizon)
    kept, usual = filled[rows], model.usual_at(rows + horizon)
    return tuple(float(np.abs(guess - came).mean()) for guess in (told, kept, usual))  # type: ignore[return-value]


@pytest.mark.parametrize("horizon", [3, 6, 12])
def test_it_is_nearer_than_the_present_speed_and_the_usual_one(horizon: int) -> None:
    model = traffic.learn(days_of_jams(8))
    told, kept, usual = errors(model, days_of_jams(4, seed=2), horizon)
    assert told < 0.95 * kept
    assert told < usual


def test_one_forecast_is_the_same_as_the_same_row_of_many() -> None:
    model, speeds = traffic.learn(days_of_jams(5)), days_of_jams(1, seed=3)
    filled = traffic.fill(speeds, model.usual_at(np.arange(len(speeds))))
    many = model.predict_many(filled, np.array([100]), 0, 6)[0]
    assert model.predict(speeds[60:101], 100, 6) == pytest.approx(many)


def test_what_comes_later_changes_nothing() -> None:
    model, speeds = traffic.learn(days_of_jams(5)), days_of_jams(1, seed=4)
    later = speeds.copy()
    later[101:] = 5.0
    rows = np.array([100])
    usual = model.usual_at(np.arange(len(speeds)))
    before = model.predict_many(traffic.fill(speeds, usual), rows, 0, 12)
    assert model.predict_many(traffic.fill(later, usual), rows, 0, 12) == pytest.approx(before)


def test_gaps_keep_the_last_speed_for_an_hour_and_then_the_usual_one() -> None:
    speeds = np.full((30, 1), np.nan)
    speeds[2] = 20.0
    filled = traffic.fill(speeds, np.full((30, 1), 60.0))
    assert filled[:2, 0].tolist() == [60.0, 60.0]
    assert set(filled[2 : 3 + traffic.PAST, 0]) == {20.0}
    assert set(filled[3 + traffic.PAST :, 0]) == {60.0}


def test_a_dead_detector_and_a_single_row_still_give_speeds() -> None:
    speeds = days_of_jams(4)
    speeds[:, 1] = np.nan
    model = traffic.learn(speeds)
    told = model.predict(np.array([[50.0, np.nan, np.nan]]), 100, 12)
    assert np.isfinite(told).all() and (told >= 0).all() and (told <= model.top).all()


def test_too_little_is_refused() -> None:
    with pytest.raises(ValueError, match="more than a day"):
        traffic.learn(np.full((100, 3), 60.0))
    with pytest.raises(ValueError, match="more than a day"):
        traffic.learn(np.full((1000, 3), np.nan))
