"""`homeward replay --what-if`: which days, how they would have been, the words and the picture."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from homeward.core.signal import Refused
from homeward.surfaces.cli.said import progress, say


def tell_what_if(
    there: Any,
    household: str,
    last: str,
    house: list[Path],
    drives: Path | None,
    comfort: float | None,
    picture: Path,
    json: bool,
) -> None:
    """Run the days that a hub, or files, recorded; tell them, and write the picture.

    `there` is the Remote of the hub. Raises Refused where that cannot be.
    """
    from homeward.surfaces.remote import seconds_of

    if picture.suffix not in (".html", ".svg"):
        raise Refused(f"{picture} is neither .html nor .svg, which a picture of evenings can be")
    if bool(house) != (drives is not None):
        raise Refused("recorded days need both --house FILE and --drives DIR")
    if drives is not None:
        run, about = _recorded_days(house, drives, comfort)
    else:
        run, about = _hub_days(there.folder(), household, there.now() - seconds_of(last))
    _tell(run, about, picture, json)


def _hub_days(folder: Path, household: str, since: float) -> tuple[Callable[[Any], Any], str]:
    """What runs the days that a hub has recorded, and what they are in words."""
    from homeward.app.replay import recorded, rules_kept
    from homeward.app.skills import ALL
    from homeward.evaluate.whatif import what_if

    def run(step: Any) -> Any:
        with recorded(folder, household, since) as days:
            return what_if(days, (*ALL, *rules_kept(folder)), step)

    return run, "The days that this hub has recorded, once more with every skill acting."


def _recorded_days(house: list[Path], drives: Path, comfort: float | None) -> tuple[Callable[[Any], Any], str]:
    """The same for recordings of a house and of drives."""
    from homeward.app.skills import ALL
    from homeward.evaluate.days import recorded_days
    from homeward.evaluate.whatif import what_if

    days = recorded_days(house, drives, comfort)
    names = ", ".join(path.name for path in house)
    return (
        lambda step: what_if(lambda: days, ALL, step),
        f"The house as recorded in {names}, and drives of {drives.name} that were made elsewhere: that they end "
        "at this house, and when they begin, is assumed.",
    )


def _tell(run: Callable[[Any], Any], about: str, picture: Path, json: bool) -> None:
    from homeward.evaluate.whatif import figures
    from homeward.evaluate.whatif_picture import page, svg

    with progress("living the days again") as step:
        told = run(step)
    picture.write_text(page(told, about) if picture.suffix == ".html" else svg(told), encoding="utf-8")
    numbers = figures(told) | {"about": about, "picture": str(picture)}
    words = {
        "what if": numbers["sentence"],
        "evenings": [_evening(one) for one in numbers["days"]],
        "about": about,
        "picture": str(picture),
    }
    say(numbers if json else words, json)


def _evening(day: dict[str, Any]) -> str:
    from datetime import UTC, datetime

    local = datetime.fromtimestamp(day["arrived"] + day["utc_offset"], UTC)
    would = day["indoor_as_it_would_have_been_c"]
    line = f"{local:%a %Y-%m-%d} home at {local:%H:%M}: {day['indoor_as_it_was_c']:.1f} °C"
    return line if would is None else f"{line}, would have been {would:.1f} °C"
