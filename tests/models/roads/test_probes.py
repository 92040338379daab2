"""What cars told of the roads: nothing of fewer than three households, the middle of more, and it fades."""

import numpy as np
import pytest

from homeward.models.roads.probes import FADES_S, Probes

ARCS = np.array([0, 2])


def told(probes: Probes, households: str, times: float, at: float = 1000.0) -> None:
    for household in households:
        probes.add(household, ARCS, np.array([at, at]), times * probes.usual_ms[ARCS] / 1000.0)


def test_fewer_than_three_households_change_nothing_however_often_they_drive() -> None:
    probes = Probes(np.array([1000, 2000, 3000]))
    told(probes, "ababababab", 4.0)
    assert probes.weights(1000.0).tolist() == [1000, 2000, 3000]
    told(probes, "c", 4.0)
    assert probes.weights(1000.0).tolist() == [4000, 2000, 12000]


def test_the_middle_counts_and_fades_within_an_hour() -> None:
    probes = Probes(np.array([1000, 2000, 3000]))
    told(probes, "ab", 3.0)
    told(probes, "c", 9.0)
    assert probes.weights(1000.0)[0] == 3000
    assert probes.weights(1000.0 + FADES_S)[0] == pytest.approx(1000.0 * (1.0 + 2.0 * np.exp(-1.0)), abs=1.0)
    assert probes.weights(1000.0 + 3 * FADES_S).tolist() == [1000, 2000, 3000]
    usual = np.array([1500, 2000, 3000])
    expected = 1500.0 + (3000.0 - 1500.0) * np.exp(-1.0)
    assert probes.weights(1000.0 + FADES_S, usual)[0] == pytest.approx(expected, abs=1.0)
    probes.forget(1000.0 + 3 * FADES_S)
    assert not probes.heard


def test_who_stood_for_long_or_jumped_says_nothing_of_the_road() -> None:
    probes = Probes(np.array([1000, 2000, 3000]))
    told(probes, "abc", 100.0)
    told(probes, "abc", 0.01)
    assert probes.weights(1000.0).tolist() == [1000, 2000, 3000]
