"""Charging times: slower when the battery is full, cold or the charger small, and adding up."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from homeward.models.charging import FLOOR, between_s, power_kw, times_s

CURVE = ((0.0, 120.0), (40.0, 150.0), (80.0, 60.0), (100.0, 10.0))
KWH = 60.0


def test_a_small_charger_gives_its_power_all_the_way() -> None:
    told = between_s(times_s(CURVE, KWH, 10.0), 10.0, 90.0)
    assert told == pytest.approx(0.8 * KWH / 10.0 * 3600.0, rel=1e-6)


def test_the_last_fifth_takes_longer_than_the_fifth_in_the_middle() -> None:
    times = times_s(CURVE, KWH, 300.0)
    assert between_s(times, 80.0, 100.0) > 3.0 * between_s(times, 40.0, 60.0)


def test_half_an_hour_in_frost_charges_a_third_less() -> None:
    warm, cold = (np.interp(1800.0, times_s(((0.0, 40.0), (100.0, 40.0)), KWH, 50.0, c), range(1001)) for c in (25, 0))
    assert cold / warm == pytest.approx(0.64)


def test_a_cold_battery_does_not_slow_a_charger_that_is_slower_still() -> None:
    assert times_s(CURVE, KWH, 3.0, -10.0)[900] == pytest.approx(times_s(CURVE, KWH, 3.0, 25.0)[900])
    assert power_kw(CURVE, np.array([40.0]), -40.0)[0] == pytest.approx(FLOOR * 150.0)
    assert power_kw(CURVE, np.array([40.0]), 35.0)[0] == 150.0


@given(st.floats(0.0, 100.0), st.floats(0.0, 100.0), st.floats(0.0, 100.0), st.floats(1.0, 400.0))
def test_times_add_up_and_never_run_backwards(a: float, b: float, c: float, kw: float) -> None:
    times = times_s(CURVE, KWH, kw)
    low, middle, high = sorted((a, b, c))
    parts = between_s(times, low, middle) + between_s(times, middle, high)
    assert between_s(times, low, high) == pytest.approx(parts, abs=1e-6)
    assert between_s(times, low, middle) >= 0.0 and (np.diff(times) > 0.0).all()
