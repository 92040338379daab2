"""What is asked on the Today page: what it becomes, what it says, and how it is taken back."""

from tests.surfaces.evening_house import BEN, NOW, EveningHouse

from homeward.surfaces.house import State
from homeward.surfaces.web.plan import Plan, read_plan
from homeward.surfaces.web.sight import Sight
from homeward.surfaces.web.wishes import COMFORT, TARGET, Wishes, untils


def evening(minutes: float = 0.0) -> tuple[EveningHouse, Wishes, Plan | None]:
    """A household, the wishes of one page, and the plan."""
    house = EveningHouse(minutes=minutes)
    return house, Wishes(Sight(house, "lind")), read_plan(house.value("lind/home", "Home.Arrival.Plan"))


def said(wishes: Wishes) -> list[tuple[str, State, str, bool]]:
    """The lines under Next, plainly."""
    return [(line["text"].replace("\u00a0", " "), line["state"], line["said"], line["undo"]) for line in wishes.lines()]


async def test_warm_now_lasts_until_the_likely_arrival() -> None:
    house, wishes, plan = evening()
    await wishes.ask(plan, "warm", "plan")
    asked = house.wishes[-1]
    assert plan is not None
    assert (asked.node, asked.path, asked.value, asked.until, asked.by) == ("lind/home", TARGET, 21.0, plan.p90, BEN)
    assert said(wishes) == [("Warm now, 21.0 °C until 18:08", "asked", "asked", True)]


async def test_a_wish_is_settled_where_it_is_shown() -> None:
    house, wishes, plan = evening()
    await wishes.ask(plan, "warm", "night")
    house.settle("done")
    assert said(wishes) == [("Warm now, 21.0 °C until tomorrow 00:00", "done", "done", True)]
    await wishes.ask(plan, "warm", "plan")
    house.settle("refused", "the window stands open")
    assert said(wishes) == [("Warm now, 21.0 °C until 18:08", "refused", "refused: the window stands open", False)]


async def test_not_today_rests_until_midnight() -> None:
    house, wishes, plan = evening()
    await wishes.ask(plan, "rest", "plan")
    assert house.wishes[-1].value == 17.0 and house.wishes[-1].until == NOW + (6 * 60 + 55) * 60


async def test_half_a_degree_and_back() -> None:
    house, wishes, plan = evening()
    await wishes.ask(plan, "warmer", "night")
    assert house.wishes[-1].path == COMFORT and house.comfort == 21.5
    await wishes.undo(house.wishes[-1].id)
    assert house.comfort == 21.0
    assert said(wishes) == [("21.5 °C instead of 21.0 °C", "undone", "taken back", False)]


async def test_undo_takes_a_wish_back() -> None:
    house, wishes, plan = evening()
    await wishes.ask(plan, "warm", "plan")
    await wishes.undo("w1")
    assert (house.wishes[-1].path, house.wishes[-1].value) == (TARGET, None)


async def test_what_cannot_even_be_asked_says_why() -> None:
    house, wishes, plan = evening()
    house.comfort = 23.0
    await wishes.ask(plan, "warmer", "plan")
    assert said(wishes)[0][1:] == ("refused", "refused: at most 23 °C while electricity is dear", False)


async def test_a_wish_from_before_stands_on_a_page_opened_later() -> None:
    house, wishes, plan = evening()
    await wishes.ask(plan, "warm", "night")
    house.settle("done")
    later = Wishes(Sight(house, "lind"))
    assert said(later) == [("Target temperature 21.0 °C until tomorrow 00:00", "done", "done, asked 17:05", True)]
    await later.undo("w1")
    assert house.wishes[-1].value is None


async def test_words_no_button_says_ask_for_nothing() -> None:
    house, wishes, plan = evening()
    await wishes.ask(plan, "unlock", "plan")
    await wishes.undo("nobody's")
    assert house.wishes == []


def test_the_ends_on_offer() -> None:
    house, _, plan = evening()
    assert [name for name, _, _ in untils(Sight(house, "lind"), plan)] == ["plan", "night", "morning"]
    assert [name for name, _, _ in untils(Sight(house, "lind"), None)] == ["night", "morning"]
