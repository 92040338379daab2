"""The one sentence under the evening, the reason first, and the short list of what happens next."""

from dataclasses import dataclass
from math import isfinite, nan

from homeward.surfaces.web import say
from homeward.surfaces.web.plan import Move, Plan, reaches, starts

LONGEST_REASON = 110


@dataclass(frozen=True, slots=True)
class Told:
    """The sentence (`main`) and what stands smaller beneath it (`more`, may be '')."""

    main: str
    more: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that happens next; `colour` is what it belongs to: home, car, person, or ''."""

    at: float
    text: str
    colour: str


def tell(
    plan: Plan | None,
    now: float,
    zone: str,
    reason: str,
    occupied: bool | None,
    indoor: float,
    since: float = nan,
    watching: bool = False,
) -> Told:
    """The sentence for an evening without surprises.

    `reason` is why the arrival is expected when it is; `since` when the heating that is on came on, NaN if it is off.
    `watching`: what the plan says is not sent, only said.
    """
    if plan is None or not plan.expects or plan.median < now - 3600:
        return _quiet(plan, occupied, indoor, watching)
    why, more = split(reason or plan.why)
    home = f"home {say.clock(plan.median, zone, now)}"
    begins = "would start" if watching else "starts"
    if plan.median < now and occupied:
        return Told(f"Home since {say.clock(plan.median, zone)}, and it is {_degrees(indoor)} inside")
    if isfinite(since):
        heating = f"heating since {say.clock(since, zone, now)}"
    elif isfinite(start := starts(plan, now)):
        heating = f"so heating {begins} at {say.clock(start, zone, now)}"
    elif plan.warm_from <= now and indoor < plan.target - 0.5:
        heating = f"so heating {begins} now"
    else:
        heating = "and the house is warm enough as it is"
    return Told(_join(why, f"{home}, {heating}"), sentence(more))


def tell_move(move: Move, now: float, zone: str, warm: bool = False, watching: bool = False) -> Told:
    """The sentence for the moment when the arrival moved, and what the heating does.

    `warm`: the house already is; `watching` as in `tell`.
    """
    why, more = split(move.why)
    home = f"home {say.clock(move.median, zone, now)} instead of {say.clock(move.was_median, zone, now)}"
    heat = say.clock(move.heat, zone, now) if isfinite(move.heat) else "now"
    match move.heating:
        case "start" if isfinite(move.heat) and not isfinite(move.was_heat):
            heating = f"so heating {'would wait' if watching else 'waits'} until {heat}"
        case "start":
            begins = "would start" if watching else "starts"
            heating = f"so heating {begins} {heat if heat == 'now' else f'at {heat}'}"
        case "ready":
            verb = "would be" if watching else "is"
            heating = f"so the house {verb} warm at {heat} instead of {say.clock(move.was_heat, zone, now)}"
        case _ if warm:
            heating = "and the house stays warm until then"
        case _:
            heating = "and the heating goes on as it was"
    return Told(_join(why, f"{home}, {heating}"), sentence(more))


def split(reason: str) -> tuple[str, str]:
    """The first clause of a reason and the rest of it, so that the sentence stays one line."""
    head, _, rest = " ".join(reason.split()).partition(";")
    if len(head) > LONGEST_REASON:
        cut = head.rfind(",", 0, LONGEST_REASON)
        return (
            (head[:cut], head[cut + 1 :].strip() + (f"; {rest.strip()}" if rest else "")) if cut > 0 else ("", reason)
        )
    return head.strip(" ."), rest.strip(" .")


def sentence(clause: str) -> str:
    """A clause as a sentence: a capital first, no full stop (short lines read calmer without)."""
    return clause[:1].upper() + clause[1:] if clause else ""


def _join(why: str, fact: str) -> str:
    return sentence(f"{why}: {fact}" if why else fact)


def _degrees(celsius: float) -> str:
    return say.degrees(celsius) if isfinite(celsius) else "an unknown temperature"


def _quiet(plan: Plan | None, occupied: bool | None, indoor: float, watching: bool) -> Told:
    if occupied:
        return Told(
            f"Somebody is home, and it is {_degrees(indoor)} inside" if isfinite(indoor) else "Somebody is home"
        )
    if plan is not None and isfinite(plan.setback):
        rests = "would rest" if watching else "rests"
        return Told(f"Nobody is expected yet, so the house {rests} at {say.degrees(plan.setback)}", sentence(plan.why))
    if occupied is None:
        return Told("No plan yet", "It appears as soon as the car or a phone says where it is")
    return Told("Nobody is home, and no return is in sight yet", "The plan appears as soon as one is expected")


def steps(plan: Plan | None, now: float, zone: str, who: str, heating: bool, watching: bool = False) -> list[Step]:
    """What happens next, soonest first, three at most; `watching` as in `tell`."""
    if plan is None:
        return []
    found: list[Step] = []
    if isfinite(start := starts(plan, now)) and plan.median > now:
        found.append(Step(start, _takes("Heating would start" if watching else "Heating starts", plan.needs_s), "home"))
    elif heating and plan.expects and plan.median > now:
        found.append(Step(now, f"Heating, on the way to {say.degrees(plan.target)}", "home"))
    if plan.expects and plan.median > now:
        between = f"{say.clock(plan.p10, zone)}–{say.clock(plan.p90, zone)}"
        found.append(Step(plan.median, f"{who or 'Somebody'} home ({between})", "car"))
    if (back := reaches(plan, now)) is not None and not watching:
        found.append(Step(back, f"{say.degrees(plan.target)} inside", "home"))
    return sorted(found, key=lambda step: step.at)[:3]


def _takes(what: str, seconds: float) -> str:
    return f"{what}, for {say.duration(seconds)}" if isfinite(seconds) and seconds > 0 else what
