"""When to start warming and how far to let the home cool, in a house whose behaviour is known exactly."""

from dataclasses import dataclass

import numpy as np
import pytest

from homeward.models.arrival import Arrival, Floats, from_quantiles, not_before
from homeward.models.warming import HORIZON, STEP_S, Plan, Risk, Wanted, mirrored, plan_warming

HOUR_S = 3600.0
WANTED = Wanted(comfort=21.0, lowest=16.0)
COOL = np.full(HORIZON, 5.0)


@dataclass(frozen=True)
class OneRoom:
    """Warms by `up` °C/h at full heat and loses a share `loss` an hour of the difference to outdoors."""

    up: float = 2.0
    loss: float = 0.03
    doubt: float = 1.15

    def predict(
        self, indoor: float, outdoor: Floats, level: Floats, step_s: float, heated_for_s: float = 0.0
    ) -> Floats:
        """The room after each step."""
        out = []
        for out_c, share in zip(outdoor.tolist(), level.tolist(), strict=True):
            indoor += step_s / HOUR_S * (self.up * share - self.loss * (indoor - out_c))
            out.append(indoor)
        return np.array(out)

    def seconds_to_quantile(self, q: float, target: float, indoor: float, outdoor: float | Floats) -> float:
        """How long it takes, `doubt` times as long at the ninth tenth."""
        flat = np.full(2 * HORIZON, float(np.atleast_1d(outdoor)[0]))
        reached = np.flatnonzero(self.predict(indoor, flat, np.ones(2 * HORIZON), 60.0) >= target)
        return float("inf") if not len(reached) else float(60.0 * reached[0]) * (self.doubt if q > 0.5 else 1.0)

    def holding_level(self, target: float, outdoor: float) -> float:
        """What keeps it there."""
        return min(1.0, max(0.0, self.loss * (target - outdoor) / self.up))


def in_hours(p10: float, median: float, p90: float) -> Arrival:
    return from_quantiles(0.0, p10 * HOUR_S, median * HOUR_S, p90 * HOUR_S)


def plan(arrival: Arrival, indoor: float = 19.0, room: OneRoom = OneRoom(), wanted: Wanted = WANTED) -> Plan:
    return plan_warming(room, arrival, 0.0, indoor, COOL, wanted)


def test_it_waits_while_there_is_time_and_says_from_when_it_warms() -> None:
    made = plan(in_hours(5.7, 6.0, 6.3))
    assert not made.warm
    assert made.target < 19.0
    assert 2.5 * HOUR_S < made.warm_from < 5.5 * HOUR_S
    assert made.needs_s > HOUR_S


def test_it_warms_at_once_when_they_may_be_there_before_it_is_warm() -> None:
    made = plan(in_hours(0.7, 1.0, 1.5))
    assert made.warm
    assert made.target == 21.0
    assert made.warm_from == 0.0


def test_not_knowing_when_they_come_means_starting_sooner() -> None:
    sure, unsure = plan(in_hours(5.8, 6.0, 6.2)), plan(in_hours(4.5, 6.0, 7.5))
    assert unsure.warm_from < sure.warm_from - 0.6 * HOUR_S


def test_not_knowing_the_house_means_starting_sooner() -> None:
    arrival = in_hours(5.8, 6.0, 6.2)
    assert plan(arrival, room=OneRoom(doubt=2.0)).warm_from < plan(arrival, room=OneRoom(doubt=1.05)).warm_from


def test_who_minds_the_cold_less_saves_more() -> None:
    arrival = in_hours(4.5, 6.0, 7.5)
    careful, thrifty = (plan(arrival, wanted=Wanted(21.0, 16.0, chance)) for chance in (0.05, 0.4))
    assert careful.warm_from < thrifty.warm_from


def test_the_home_cools_no_further_than_it_can_recover() -> None:
    made, room = plan(in_hours(7.0, 8.0, 9.0)), OneRoom()
    left = 7.0 * HOUR_S - made.warm_from
    warmed = room.predict(made.setback, np.full(int(left / 60), 5.0), np.ones(int(left / 60)), 60.0)
    assert warmed[-1] >= 20.5
    assert made.setback < 18.5


def test_it_never_cools_below_the_lowest() -> None:
    made = plan(in_hours(60.0, 70.0, 80.0), indoor=17.0)
    assert not made.warm
    assert made.target == pytest.approx(16.0)
    assert made.indoor.min() >= 16.0 - 1e-9


@pytest.mark.parametrize("spread", [0.2, 0.6, 1.2])
@pytest.mark.parametrize("indoor", [18.0, 19.5, 21.0])
def test_replanned_through_many_evenings_it_is_seldom_cold(spread: float, indoor: float) -> None:
    """The estimate stays as it was at first, but for what did not happen; the room is as the model has it."""
    random, room, cold = np.random.default_rng(5), OneRoom(), 0
    whole = in_hours(4.0 - spread, 4.0, 4.0 + spread)
    for _ in range(40):
        comes, now, air, warming, risk = 4.0 + spread / 1.2816 * float(random.normal()), 0.0, indoor, False, Risk()
        while now < comes * HOUR_S:
            left = not_before(Arrival(now + whole.at, whole.chance_before(now + whole.at)), now)
            wanted = Wanted(21.0, 16.0, risk.left(0.1))
            warming = plan_warming(room, left, now, air, COOL, wanted, warming).warm
            risk = risk.lived(float(left.chance_before(now + 2 * STEP_S)), air < 20.5)
            air = float(room.predict(air, COOL[:2], np.full(2, float(warming and air < 21.0)), STEP_S)[-1])
            now += 2 * STEP_S
        cold += air < 20.5
    assert cold <= 8  # 10 % of 40, and what chance may add


def test_warming_that_has_begun_is_not_ended_by_a_small_change() -> None:
    arrival = in_hours(2.4, 2.6, 2.8)
    fresh = plan_warming(OneRoom(), arrival, 0.0, 19.5, COOL, WANTED)
    assert not fresh.warm
    begun = fresh.warm_from
    later = Arrival(arrival.at - begun, arrival.before)
    assert not plan_warming(OneRoom(), later, 0.0, 19.5, COOL, WANTED).warm
    assert plan_warming(OneRoom(), later, 0.0, 19.5, COOL, WANTED, warming=True).warm
    assert not plan_warming(OneRoom(), in_hours(9.0, 10.0, 11.0), 0.0, 19.5, COOL, WANTED, warming=True).warm


def test_a_plant_too_weak_to_get_there_does_its_best_and_not_for_days() -> None:
    weak = OneRoom(up=0.3)
    assert plan(in_hours(2.0, 3.0, 4.0), room=weak).warm
    assert not plan(in_hours(90.0, 100.0, 110.0), room=weak).warm


def test_the_picture_has_as_many_points_in_every_column() -> None:
    for arrival in (in_hours(0.5, 1.0, 1.5), in_hours(5.0, 6.0, 7.0), in_hours(90.0, 100.0, 120.0)):
        made = plan(arrival)
        assert len(made.times) == len(made.indoor) == len(made.outdoor) == len(made.level) <= 150
        assert np.all(np.diff(made.times) == STEP_S)
        assert made.level.min() >= 0.0
        assert made.level.max() <= 1.0


def test_cooling_is_warming_among_negated_temperatures() -> None:
    arrival = in_hours(5.7, 6.0, 6.3)
    hot = plan_warming(OneRoom(), arrival, 0.0, -26.0, np.full(HORIZON, -33.0), Wanted(-24.0, -29.0))
    turned = mirrored(hot)
    assert not turned.warm
    assert 26.0 < turned.target <= 29.0
    assert turned.indoor[0] > 25.9
