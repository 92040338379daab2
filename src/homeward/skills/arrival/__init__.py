"""The house is warm when they come home, not before and not after.

While everybody is out, it estimates when the first is back (habits, the moving car, navigation), lets the home cool no
further than it can recover by then, and starts warming as late as the accepted chance of cold allows. It looks again
with every new estimate, every minute while somebody is on the way, and otherwise when its own plan asks for it.

`Home.Arrival.Plan` holds JSON: `at, target, times, indoor, outdoor, level` (0..1, every 300 s), `p10, median, p90,
warm_from, needs_s, setback, why, warm`.
"""

import json
from collections.abc import Iterator
from functools import lru_cache
from math import ceil, floor, isfinite

import numpy as np

from homeward.core.gate import acts
from homeward.core.signal import Command, Kind, Reading
from homeward.core.skill import View, skill
from homeward.core.when import signal
from homeward.models.arrival import Arrival, Floats, clock, from_quantiles, lasting, not_before
from homeward.models.kept import heat_model, outdoor_now
from homeward.models.warming import FELT_C, HORIZON, LOOK_S, STEP_S, Plan, Risk, Wanted, mirrored, plan_warming
from homeward.skills.arrival.household import MEMORY, OURS, Coming, Known, expect, somebody_home

TARGET = "Home.Climate.TargetTemperature"
ON_THE_WAY_S, SOONEST_S, LATEST_S = 60.0, 120.0, 1800.0
STANDS_S = 900.0
SETTLES_S = 5.0
"""A car that stops and goes calls for a new plan no sooner than that."""
SOON_S = 1.0
"""A car that sets off calls for a new plan after that: what else waits for the same message must not wait for it."""
IS_HOME = {Kind.PERSON: "Person.IsHome", Kind.VEHICLE: "Vehicle.IsHome"}
STALE_S = 3600.0
SHOWS_S = 300.0
"""Within this time a thermostat shows its first setting by us, if it obeys at all."""


@skill(
    kind=Kind.HOME,
    when=[
        signal("Home.Arrival.NextPlan").due(),
        signal("Vehicle.IsHome").is_on(),
        signal("Vehicle.IsHome").is_on().falls(),
        signal("Vehicle.IsHome").every().is_on(),
        signal("Vehicle.IsHome").every().is_on().falls(),
        signal("Person.IsHome").is_on(),
        signal("Person.IsHome").is_on().falls(),
        signal("Person.IsHome").every().is_on(),
        signal("Person.IsHome").every().is_on().falls(),
        signal("Vehicle.Speed") > 5.0,
        signal("Vehicle.Arrival.Destination").changes(),
        signal("Vehicle.Arrival.Median").changes(),
    ],
)
def arrival(home: View) -> Iterator[Command | Reading]:
    """Let the home cool while all are out, and have it warm when the first is back."""
    then, planned = home.number("Home.Arrival.NextPlan"), home.age("Home.Arrival.NextPlan")
    if then > home.now and not _news(home):
        soon = home.now + (SETTLES_S if planned < SETTLES_S else SOON_S)
        if planned > 0.0 and then > soon:
            yield home.reading("Home.Arrival.NextPlan", soon)
        return
    known = Known.read(home)
    known.see(home)
    if somebody_home(home) or not known.outings:
        yield from _welcome(home, known)
        return
    _count_risk(home, known)
    first, coming = expect(home, known)
    _notice_own_setting(home, known)
    plan = _plan(home, known, first)
    why = _why(home, known, first, plan)
    if plan is not None and not known.own_setting and home["Home.Heating.Mode"] != "off":
        target = plan.target if plan.warm else _half_degree_off(plan.target, home)
        yield home.command(TARGET, target, until=home.now + LATEST_S + STANDS_S, why=why)
        known.ask(home.now, target, _acts(home))
    elif home.standing(TARGET) is not None:
        yield home.command(TARGET, None, until=home.now + STANDS_S, why=why)
    yield from _tell(home, known, first, coming, plan, why)


def _news(home: View) -> bool:
    """Whether, since the last plan, somebody has come or gone, or navigation speaks just now."""
    out = who_is_out(str(home[MEMORY[1]] or "{}"))
    for one in (*home.people, *home.vehicles):
        is_home = one[IS_HOME[one.kind]]
        if is_home is not None and is_home is (one.node in out):
            return True
        guided = one.kind is Kind.VEHICLE and one.age("Vehicle.Arrival.Median") <= 0.0
        if guided and one["Vehicle.Arrival.Source"] != OURS:
            return True
    return False


@lru_cache(4096)
def who_is_out(memory: str) -> frozenset[str]:
    """The nodes that are out, by what the home remembers."""
    return frozenset(json.loads(memory).get("outings", {}))


def _welcome(home: View, known: Known) -> Iterator[Command | Reading]:
    """Somebody is in: comfort for those who have just come, then it is theirs."""
    comfort = home.number("Home.Climate.ComfortTemperature", 21.0)
    if known.asked and not known.own_setting:
        why = f"somebody is home; {comfort:g} °C"
        yield home.command(TARGET, comfort, until=home.now + STANDS_S, why=why)
    known.asked, known.own_setting, known.risk = [], False, Risk()
    yield from _remember(home, known)
    yield home.reading("Home.Arrival.NextPlan", home.now + LATEST_S)


def _count_risk(home: View, known: Known) -> None:
    """Charge the time since the last plan: how likely they would have come in it, and whether it was cold."""
    times = [home.number(f"Home.Arrival.{name}") for name in ("P10", "Median", "P90")]
    planned = home.at("Home.Arrival.NextPlan")
    if not all(isfinite(time) for time in times) or planned < min(one.left for one in known.outings.values()):
        known.risk = Risk()
        return
    last = from_quantiles(planned, times[0], times[1], times[2])
    cold = home.number("Home.Climate.IndoorTemperature") < home.number("Home.Climate.ComfortTemperature", 21.0) - FELT_C
    known.risk = known.risk.lived(float(not_before(last, planned).chance_before(home.now)), cold)


def _half_degree_off(setback: float, home: View) -> float:
    """The setback as a thermostat takes it: to half a degree, on the side that saves."""
    cooling = setback > home.number("Home.Climate.ComfortTemperature", 21.0)
    return (ceil(2.0 * setback) if cooling else floor(2.0 * setback)) / 2.0


def _notice_own_setting(home: View, known: Known) -> None:
    """A person's command, or a thermostat turned by hand after it had followed us, holds until somebody is back."""
    standing = home.standing(TARGET)
    if standing is not None and "/" in standing.by:
        known.own_setting = True
        return
    shown, at = home.number(TARGET), home.at(TARGET)
    if not _acts(home):  # nothing was sent that it could show
        return
    if known.asked and isfinite(shown) and at > known.asked[0][0] + SHOWS_S:
        known.own_setting = known.own_setting or all(abs(shown - value) > 0.3 for value in known.lately_asked(at))


def _acts(home: View) -> bool:
    said = home["Home.Skills.Acting"]
    return acts(None if said is None else str(said), OURS)


def _plan(home: View, known: Known, first: Arrival) -> Plan | None:
    """What to do with the heat, or the cold, until then; None where the indoor temperature is not known."""
    indoor = home.number("Home.Climate.IndoorTemperature")
    if not isfinite(indoor) or home.age("Home.Climate.IndoorTemperature") > STALE_S:
        return None
    outdoor = _outdoor(home, indoor)
    comfort = home.number("Home.Climate.ComfortTemperature", 21.0)
    lowest = min(home.number("Home.Climate.LowestTemperature", 16.0), comfort)
    chance = known.risk.left(home.number("Home.Arrival.ColdChance", 10.0) / 100.0)
    warming = bool(known.asked) and known.asked[-1][1] == comfort
    if home["Home.Climate.CoolingLevel"] is not None and (outdoor[0] > comfort or indoor > comfort + 1.5):
        wanted = Wanted(-comfort, -(comfort + (comfort - lowest)), chance)
        return mirrored(
            plan_warming(heat_model(home, cooling=True), first, home.now, -indoor, -outdoor, wanted, warming)
        )
    return plan_warming(heat_model(home), first, home.now, indoor, outdoor, Wanted(comfort, lowest, chance), warming)


def _outdoor(home: View, indoor: float) -> Floats:
    """The outdoor temperature every 300 s ahead: the forecast, moved to agree with what is measured now."""
    now = outdoor_now(home)
    times = home.now + STEP_S * np.arange(HORIZON)
    try:
        pairs = np.array(json.loads(str(home["Home.Climate.OutdoorForecast"] or "[]")), dtype=np.float64)
        ahead = np.interp(times, pairs[:, 0], pairs[:, 1])
    except (ValueError, TypeError, IndexError):
        return np.full(HORIZON, now if isfinite(now) else min(indoor - 10.0, 8.0))
    off = now - ahead[0] if isfinite(now) else 0.0
    return np.asarray(ahead + off * np.exp(-(times - home.now) / 4 / 3600.0))


def _why(home: View, known: Known, first: Arrival, plan: Plan | None) -> str:
    if known.own_setting:
        return f"{first.why}; somebody has set the heating themselves, so it stays"
    if plan is None:
        return f"{first.why}; the indoor temperature is not known"
    comfort = home.number("Home.Climate.ComfortTemperature", 21.0)
    offset = home.number("Home.UtcOffset", 0.0)
    if plan.warm and plan.needs_s <= 0.0:
        return f"{first.why}; the house is at {comfort:g} °C and stays so"
    needs = f"the house needs {lasting(plan.needs_s)} to reach {comfort:g} °C"
    if plan.needs_s >= LOOK_S:
        needs = f"the house hardly reaches {comfort:g} °C"
    if plan.warm:
        return f"{first.why}; {needs}"
    if plan.warm_from > home.now + 20 * 3600.0:
        return f"{first.why}; the house rests at {plan.setback:.1f} °C"
    warm_now = home.number("Home.Climate.IndoorTemperature") >= comfort - FELT_C
    if plan.needs_s < 60.0 or (warm_now and plan.warm_from > first.p90):
        return f"{first.why}; the house is warm enough until {clock(plan.warm_from + offset)}"
    return f"{first.why}; {needs} and starts at {clock(plan.warm_from + offset)}"


def _tell(
    home: View, known: Known, first: Arrival, coming: list[Coming], plan: Plan | None, why: str
) -> Iterator[Reading]:
    """Write down the estimate, the plan and when to look again."""
    for name, time in (("P10", first.p10), ("Median", first.median), ("P90", first.p90)):
        yield home.reading(f"Home.Arrival.{name}", round(time))
    soonest = min(coming, key=lambda one: one.arrival.median)
    yield home.reading("Home.Arrival.Who", soonest.view.node)
    yield home.reading("Home.Arrival.Why", why)
    for one in coming:
        yield from _tell_one(one)
    if plan is not None:
        yield home.reading("Home.Arrival.WarmFrom", round(plan.warm_from))
        yield home.reading("Home.Arrival.Plan", _picture(home, first, plan, why))
    yield from _remember(home, known)
    yield home.reading("Home.Arrival.NextPlan", home.now + _next(home, known, first, plan))


def _next(home: View, known: Known, first: Arrival, plan: Plan | None) -> float:
    """Seconds until the next look: a minute on the way, else the sooner the nearer the next step is."""
    if any(one.drive is not None and home.now - one.drive.moved_at < 300.0 for one in known.outings.values()):
        return ON_THE_WAY_S
    if plan is None:
        return LATEST_S
    step = (plan.warm_from if not plan.warm else first.p10) - home.now
    return min(LATEST_S, max(SOONEST_S, step / 3.0 if not plan.warm else 600.0))


def _tell_one(one: Coming) -> Iterator[Reading]:
    word = one.view.kind.word
    if not one.ours:
        return
    for name in ("P10", "P90", "Median"):
        time = one.arrival.quantile({"P10": 0.1, "P90": 0.9, "Median": 0.5}[name])
        yield one.view.reading(f"{word}.Arrival.{name}", round(time))
    if word == "Vehicle":
        yield one.view.reading("Vehicle.Arrival.Source", OURS)
        yield one.view.reading("Vehicle.Arrival.Why", one.arrival.why)


def _remember(home: View, known: Known) -> Iterator[Reading]:
    if known.changed or home[MEMORY[0]] is None:
        yield home.reading(MEMORY[0], known.learned())
    now = known.now()
    if now != home[MEMORY[1]]:
        yield home.reading(MEMORY[1], now)


def _picture(home: View, first: Arrival, plan: Plan, why: str) -> str:
    def short(column: Floats, digits: int) -> list[float]:
        return [round(value, digits) for value in column.tolist()]

    picture = {
        "at": home.now,
        "target": home.number("Home.Climate.ComfortTemperature", 21.0),
        "times": short(plan.times, 0),
        "indoor": short(plan.indoor, 2),
        "outdoor": short(plan.outdoor, 1),
        "level": short(plan.level, 3),
        "p10": round(first.p10),
        "median": round(first.median),
        "p90": round(first.p90),
        "warm_from": round(plan.warm_from),
        "needs_s": round(plan.needs_s) if isfinite(plan.needs_s) else None,
        "setback": round(plan.setback, 1),
        "why": why,
        "warm": plan.warm,
    }
    return json.dumps(picture, separators=(",", ":"))
