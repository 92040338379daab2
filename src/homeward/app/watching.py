"""What a household file means for who acts: the new home that is only watched, and names under `acting:` checked."""

from homeward.app.skills import ASKING, WITH_A_MAP
from homeward.core.gate import names_in
from homeward.core.signal import Kind
from homeward.registry.household import Household, Node
from homeward.registry.problems import HouseholdErrors, Problem, nearest
from homeward.rules.book import skill_name
from homeward.surfaces.letting import ACTING


def homes(household: Household | None) -> list[Node]:
    """The household's homes; who acts is said at the first."""
    return [node for node in household.nodes if node.kind is Kind.HOME] if household else []


def home_to_watch(before: Household | None, after: Household) -> str:
    """The home that is the household's first ever and whose file does not say who acts, or ''."""
    if homes(before) or not homes(after) or ACTING in homes(after)[0].signals:
        return ""
    return homes(after)[0].name


def check_acting(household: Household, file: str) -> None:
    """Names under `acting:` must be skills there are, and stand at the first home. Raises HouseholdErrors."""
    known = [
        "all",
        "none",
        *(one.name for one in ASKING),
        WITH_A_MAP,
        *(skill_name(rule.name) for rule in household.rules),
    ]
    wrong = []
    for place, home in enumerate(homes(household)):
        at = f"homes.{home.name.partition('/')[2]}.acting"
        if place and ACTING in home.signals:
            first = homes(household)[0].name.partition("/")[2]
            wrong.append(
                Problem(
                    home.line, at, f"skills act in a household as its first home says; write it at {first}", "", file
                )
            )
        for word in sorted(names_in(str(home.signals.get(ACTING, "")))):
            if word not in known:
                choice = "" if nearest(word, known) else f"; there is {', '.join(known)}"
                wrong.append(Problem(home.line, at, f"no skill {word!r}{choice}", nearest(word, known), file))
    if wrong:
        raise HouseholdErrors(wrong)
