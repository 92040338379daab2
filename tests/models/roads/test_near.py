"""The nearest piece of road beside looking at every one of them."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from homeward.models.roads.near import Near
from homeward.models.roads.network import DEGREE_M, Column

HAIR_M = 1e-6


def pieces(seed: int, many: int = 400) -> tuple[Column, Column, Column, Column]:
    """Streets of a town, and a few long lines across it."""
    random = np.random.default_rng(seed)
    long = np.where(random.random(many) < 0.05, 0.2, 0.004)
    up, across = random.normal(0, 1, many) * long, random.normal(0, 1, many) * long
    return 60.0 + random.random(many) * 0.1, 24.0 + random.random(many) * 0.2, up, across


def off_all(lat: float, lon: float, them: tuple[Column, Column, Column, Column]) -> Column:
    scale = np.cos(np.radians(lat))
    x, y = (them[1] - lon) * scale * DEGREE_M, (them[0] - lat) * DEGREE_M
    along_x, along_y = them[3] * scale * DEGREE_M, them[2] * DEGREE_M
    share = np.clip(-(x * along_x + y * along_y) / np.maximum(along_x**2 + along_y**2, 1e-9), 0.0, 1.0)
    return np.asarray(np.hypot(x + share * along_x, y + share * along_y))


@settings(deadline=None)  # the first call compiles
@given(st.integers(0, 20), st.floats(59.5, 60.6), st.floats(23.0, 25.2))
def test_the_nearest_is_the_nearest_of_all(seed: int, lat: float, lon: float) -> None:
    them = pieces(seed)
    every = off_all(lat, lon, them)
    which, _, off = Near(*them).within(lat, lon, 25.0)
    assert set(np.flatnonzero(every < every.min() + 25.0 - HAIR_M)) <= set(which.tolist())
    assert off == pytest.approx(every[which]) and (off <= every.min() + 25.0 + HAIR_M).all()


@settings(deadline=None)  # the first call compiles
@given(st.integers(0, 20), st.floats(60.0, 60.1), st.floats(24.0, 24.2), st.floats(1.0, 3_000.0))
def test_all_around_are_found_and_no_others(seed: int, lat: float, lon: float, off_m: float) -> None:
    them = pieces(seed)
    which, share, _ = Near(*them).around(lat, lon, off_m)
    every = off_all(lat, lon, them)
    assert set(np.flatnonzero(every < off_m - HAIR_M)) <= set(which.tolist())
    assert (every[which] <= off_m + HAIR_M).all()
    assert ((share >= 0.0) & (share <= 1.0)).all()


def test_without_any_piece_nothing_is_near() -> None:
    none = np.empty(0)
    assert len(Near(none, none, none, none).within(60.0, 24.0, 1.0)[0]) == 0
