"""What the picture of the evening and the map are drawn from."""

from math import nan
from statistics import median

import numpy as np
import pytest
from tests.surfaces.evening_house import HOME, NOW, ZONE, EveningHouse
from tests.surfaces.test_web_words import FIVE, MIN, plan

from homeward.surfaces.web import who
from homeward.surfaces.web.evening import POINTS, Scene, picture
from homeward.surfaces.web.past import Moves, Past, on_since, yesterday
from homeward.surfaces.web.places import Place, compass, map_data, offset, rings, track
from homeward.surfaces.web.plan import read_plan
from homeward.surfaces.web.sight import Sight
from homeward.surfaces.web.sun import daylight, elevation


def series(*pairs: tuple[float, float]) -> tuple[np.ndarray, np.ndarray]:
    """Times and values as columns."""
    return np.array([at for at, _ in pairs], dtype=np.float64), np.array(
        [value for _, value in pairs], dtype=np.float64
    )


def test_the_window_holds_what_matters() -> None:
    drawn = picture(Scene(FIVE, ZONE, plan(), indoor=19.0))
    assert drawn["start"] <= FIVE - 3600 and drawn["end"] >= FIVE + 100 * MIN
    assert [label for _, label in drawn["ticks"]] == ["16:00", "17:00", "18:00", "19:00", "20:00"]
    assert drawn["low"] <= 18.0 and drawn["high"] >= 21.5
    assert len(drawn["future"]) == POINTS and drawn["future"][0][1] == pytest.approx(19.0)


def test_the_window_stands_still_while_minutes_pass() -> None:
    frames = [picture(Scene(FIVE + minute * MIN, ZONE, plan(), indoor=19.0)) for minute in range(30)]
    assert len({frame["start"] for frame in frames}) <= 2 and len({frame["end"] for frame in frames}) <= 2


def test_the_prediction_sets_out_from_what_is_measured() -> None:
    drawn = picture(Scene(FIVE, ZONE, plan(), indoor=18.2))
    assert drawn["future"][0][1] == pytest.approx(18.2)
    assert drawn["future"][-1][1] == pytest.approx(21.0, abs=0.05)
    assert picture(Scene(FIVE, ZONE, plan()))["future"][0][1] == pytest.approx(19.0)


def test_measured_heating_is_joined_and_cut_to_now() -> None:
    level = series((FIVE - 9000, 0), (FIVE - 1200, 100), (FIVE - 900, 100), (FIVE - 600, 50), (FIVE - 300, 0))
    drawn = picture(Scene(FIVE, ZONE, plan(), 19.0, level_past=level))
    assert drawn["heated"] == [[FIVE - 1200, FIVE - 600, 1.0], [FIVE - 600, FIVE - 300, 0.5]]
    assert drawn["level"] == [[FIVE + 20 * MIN, FIVE + 60 * MIN, 1.0]]


def test_a_long_past_is_thinned_and_ends_now() -> None:
    past = series(*((FIVE - 5400 + second, 19.0) for second in range(0, 5400, 5)))
    drawn = picture(Scene(FIVE, ZONE, plan(), 19.2, indoor_past=past))
    assert len(drawn["past"]) <= 250 and drawn["past"][-1] == [drawn["now"], 19.2]
    assert FIVE - 15 <= drawn["now"] <= FIVE, "now steps by less than a line's width"


def test_an_unknown_home_draws_an_empty_evening() -> None:
    drawn = picture(Scene(FIVE, ZONE))
    assert drawn["past"] == [] and drawn["future"] == [] and drawn["indoor"] is None and drawn["median"] is None
    assert drawn["label"] == "The evening as a picture. There is no plan for an arrival yet."


def test_the_picture_in_words() -> None:
    said = picture(Scene(FIVE, ZONE, plan(), 19.0))["label"].replace("\u00a0", " ")
    assert said == (
        "The evening as a picture. It is 19.0 °C inside now. Arrival is expected at 18:00, most likely between"
        " 17:54 and 18:10. Heating starts at 17:20. The target is 21.0 °C."
    )


def test_nothing_that_is_no_number_reaches_the_page() -> None:
    drawn = picture(Scene(FIVE, ZONE, plan(indoor=[nan] * 20), nan, indoor_past=series((FIVE - 60, nan))))
    assert drawn["past"] == [] and drawn["future"] == []


def test_the_price_strip_is_there_only_when_prices_differ() -> None:
    assert picture(Scene(FIVE, ZONE, plan(price=[0.2] * 20)))["price"] == []
    shown = picture(Scene(FIVE, ZONE, plan(price=[0.1 + 0.01 * n for n in range(20)])))["price"]
    assert shown[0][1] == 0.0 and max(share for _, share in shown) == 1.0


@pytest.mark.parametrize(
    ("at", "latitude", "longitude", "height"),
    [
        (1_774_008_000.0 + 450, 0.0, 0.0, 90.0),  # the equinox of March 2026, solar noon at the equator
        (1_782_038_975.0, 59.334, 18.063, 90 - 59.334 + 23.44),  # midsummer in Stockholm, solar noon 10:49 UTC
        (1_782_082_175.0, 59.334, 18.063, 59.334 + 23.44 - 90),  # twelve hours later, in the bright night
        (1_797_850_300.0, 59.334, 18.063, 90 - 59.334 - 23.44),  # midwinter, solar noon 10:46 UTC
    ],
)
def test_the_sun_stands_where_almanacs_say(at: float, latitude: float, longitude: float, height: float) -> None:
    assert elevation(at, latitude, longitude) == pytest.approx(height, abs=0.2)


def test_the_sun_runs_ahead_of_the_clock_in_november() -> None:
    noon = 1_795_516_467.0  # 10:34:27 UTC: 12:00 less 72 min of longitude and 13 min 18 s, the equation of time
    before, after = elevation(noon - 3 * 3600, *HOME), elevation(noon + 3 * 3600, *HOME)
    assert before == pytest.approx(after, abs=0.15)


def test_dusk_falls_through_the_window_and_a_night_draws_nothing() -> None:
    light = daylight(FIVE - 3 * 3600, FIVE, *HOME)
    assert light[0] > 0.85 and light[-1] == 0.0 and light == sorted(light, reverse=True)
    assert picture(Scene(FIVE + 5 * 3600, ZONE, place=HOME))["sun"] == []


def test_metres_around_the_home() -> None:
    east, north = offset(HOME[0] + 0.01, HOME[1] + 0.02, HOME)
    assert north == pytest.approx(1112, abs=2) and east == pytest.approx(1134, abs=3)
    assert compass(-10, -10) == "south-west" and compass(0, 5) == "north"
    assert offset(0.0, -179.99, (0.0, 179.99))[0] == pytest.approx(2224, abs=2), "the short way over the date line"


def test_rings_are_round_numbers_that_fit() -> None:
    for reach in (100.0, 740.0, 24_000.0, 310_000.0):
        first, last = rings(reach)[0][0], rings(reach)[-1][0]
        assert first <= reach and last >= reach / 3
    assert [label.replace("\u00a0", " ") for _, label in rings(3000.0)] == ["1 km", "2 km", "3 km"]


def test_the_map_does_not_shake_while_a_car_drives_in() -> None:
    points = [Place("car", "car", HOME[0] - 0.2 * left / 100, HOME[1]) for left in range(100, 0, -1)]
    lines = [[list(offset(p.latitude, p.longitude, HOME)) for p in points[: n + 1]] for n in range(len(points))]
    views = {tuple(map_data([p], [line], HOME)["view"]) for p, line in zip(points, lines, strict=True)}
    assert len(views) == 1


def test_a_track_joins_positions_of_the_same_instant() -> None:
    latitudes, longitudes = series((1, HOME[0]), (2, HOME[0] + 0.01), (4, 9.0)), series((1, HOME[1]), (2, HOME[1]))
    assert track(latitudes, longitudes, HOME) == [[0.0, 0.0], [0.0, pytest.approx(1112, abs=1)]]
    assert track(series(), series(), HOME) == []


def test_who_rides_in_the_car_is_said_to_and_drawn_once() -> None:
    sight = Sight(EveningHouse(minutes=20), "lind")
    said = {line["name"]: line["state"].replace("\u00a0", " ") for line in who.lines(sight)}
    assert said == {"The car": "driving home, 61 km/h · battery 64 %", "Ada": "in the car", "Ben": "out"}
    assert [place.name for place in who.places(sight)] == ["Ada"]


def test_nobody_known_is_said_so() -> None:
    states = [line["state"] for line in who.lines(Sight(EveningHouse("quiet"), "lind"))]
    assert all("unknown" in state for state in states)


async def test_the_past_is_read_once_and_followed() -> None:
    house = EveningHouse()
    past = Past(Sight(house, "lind"), "lind/home", "Home.Climate.IndoorTemperature")
    await past.load(3600)
    loaded = len(past.times)
    house.minutes += 1
    past.follow()
    past.follow()
    assert loaded > 20 and len(past.times) == loaded + 1
    assert median(past.values) == pytest.approx(19.4, abs=0.2)


async def test_yesterday_in_one_sentence() -> None:
    said = await yesterday(Sight(EveningHouse(), "lind"))
    assert said.replace("\u00a0", " ") == "Yesterday somebody came home at 18:01, and it was 20.8 °C inside"
    assert await yesterday(Sight(EveningHouse("quiet"), "lind")) == ""


def test_a_move_is_news_once_and_for_a_while() -> None:
    moves, old = Moves(), plan()
    new = plan(median=FIVE + 74 * MIN, warm_from=FIVE + 34 * MIN)
    assert moves.look(old, FIVE, "") is None
    assert moves.look(old, FIVE + 600, "") is None
    first = moves.look(new, FIVE + 601, "jam")
    assert first is not None and moves.look(new, FIVE + 900, "") == first
    further = moves.look(plan(median=FIVE + 84 * MIN, warm_from=FIVE + 44 * MIN), FIVE + 960, "jam")
    assert further is not None and further.was_median == old.median, "two jams are told from where it first stood"
    assert moves.look(plan(median=FIVE + 61 * MIN), FIVE + 1900, "") is None, "it is back where it was"
    moves.look(new, FIVE + 1960, "jam")
    moves.put_away()
    assert moves.look(new, FIVE + 1961, "") is None


def test_heating_that_a_thermostat_switches_is_one_heating() -> None:
    past = Past(Sight(EveningHouse(), "lind"), "lind/home", "Home.Climate.HeatingLevel")
    minutes = [(0, 80), (10, 0), (60, 90), (90, 0), (95, 40), (100, 0), (104, 30), (110, 30)]
    past.times, past.values = [FIVE + m * MIN for m, _ in minutes], [float(level) for _, level in minutes]
    assert on_since(past) == FIVE + 60 * MIN
    past.times, past.values = [*past.times[:2], FIVE + 40 * MIN], [*past.values[:2], 0.0]
    assert np.isnan(on_since(past))


def test_somebody_far_beyond_is_drawn_at_the_edge_with_the_distance() -> None:
    car, far = Place("Ada", "car", HOME[0] + 0.05, HOME[1]), Place("Ben", "person", HOME[0], HOME[1] - 1.4)
    drawn = map_data([far, car], [], HOME)
    assert max(abs(edge) for edge in drawn["view"]) < 15_000
    ben = next(mark for mark in drawn["marks"] if mark["kind"] == "person")
    assert ben["far"] and ben["name"].replace("\u00a0", " ") == "Ben, 79 km" and ben["x"] < -5000
    assert "Ben 79 km west of home" in drawn["label"].replace("\u00a0", " ")


def test_slow_drift_is_no_news() -> None:
    moves = Moves()
    for minute in range(30):
        drift = plan(median=FIVE + (60 + minute / 3) * MIN, warm_from=FIVE + (40 + minute / 3) * MIN)
        assert moves.look(drift, FIVE + minute * MIN, "") is None


async def test_a_page_opened_after_the_move_still_tells_it() -> None:
    house = EveningHouse()
    await house.press("jam")
    sight, moves = Sight(house, "lind"), Moves()
    told = read_plan(house.value("lind/home", "Home.Arrival.Plan"))
    await moves.recall(sight, told, house.why())
    move = moves.look(told, NOW, house.why())
    assert move is not None and move.median - move.was_median == 14 * MIN == move.heat - move.was_heat
