"""Letting skills act in a household, or only watch: the wish that says so. docs/shadow.md tells what it does."""

from collections.abc import Collection

from homeward.core.signal import Kind, Refused, Wish
from homeward.surfaces.house import House

ACTING = "Home.Skills.Acting"


def letting(house: House, household: str, names: Collection[str], act: bool, why: str) -> Wish:
    """The wish after which the skills in `names` (none named: all) act, or only watch. Raises Refused.

    "All" holds for rules that are still to come as well; named skills only for themselves.
    """
    check_known(house, household)
    homes = [node for node, kind in house.nodes(household) if kind is Kind.HOME]
    if not homes:
        raise Refused(f"{household} has no home; whether skills act is kept with a home")
    able = house.skills(household)
    known = [one.name for one in able]
    for name in names:
        if name not in known:
            raise Refused(f"{household} has no skill {name!r}; it has {', '.join(known)}")
    if not names:
        text = "all" if act else "none"
    else:
        acting = {one.name for one in able if one.acts}
        after = acting | set(names) if act else acting - set(names)
        text = ", ".join(name for name in known if name in after) or "none"
    return Wish(homes[0], ACTING, text, house.now(), house.visitor(household), None, why)


def check_known(house: House, household: str) -> None:
    """Raises Refused, naming those there are, where there is no such household."""
    if household not in house.households():
        raise Refused(f"no household {household}; there is {', '.join(house.households()) or 'none yet'}")
