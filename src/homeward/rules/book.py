"""All households' rules as skills: the same rule in many households is one skill, and touches no other household."""

from collections.abc import Iterator
from dataclasses import dataclass

from homeward.core.signal import Command, Reading
from homeward.core.skill import Decide, Skill, View
from homeward.core.vocabulary import Vocabulary
from homeward.registry.household import Household
from homeward.registry.problems import HouseholdErrors, Problem
from homeward.rules.rule import Rule, RuleReader


def read_rules(household: Household, vocabulary: Vocabulary, file: str = "household.yaml") -> tuple[Rule, ...]:
    """The rules of a household. Raises HouseholdErrors with every problem in any of them, by line and column."""
    problems: list[Problem] = []

    def say(line: int, at: str, message: str, nearest: str = "") -> None:
        problems.append(Problem(line, at, message, nearest, file))

    reader = RuleReader(household, vocabulary, say)
    found = [reader.rule(written) for written in household.rules]
    if problems:
        raise HouseholdErrors(problems)
    return tuple(rule for rule in found if rule is not None)


def rules_to_skills(household: Household, vocabulary: Vocabulary) -> list[Skill]:
    """The rules of one household as skills that act in it alone. Raises HouseholdErrors."""
    book = RuleBook(vocabulary)
    book.put(household)
    return list(book.skills())


@dataclass(frozen=True, slots=True)
class _Page:
    """A rule and the households that have it, word for word."""

    rule: Rule
    households: set[str]


def skill_name(rule: str) -> str:
    """What a rule is called as a skill.

    >>> skill_name("porch")
    'rule porch'
    """
    return f"rule {rule}"


class RuleBook:
    """The rules of all households of a hub."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self.vocabulary = vocabulary
        self._pages: dict[str, _Page] = {}
        self._of: dict[str, list[str]] = {}

    def put(self, household: Household) -> bool:
        """Let a household have the rules that its file says, in place of those it had.

        Whether `skills()` is another list now: false where other households have the same rules. Raises HouseholdErrors
        and changes nothing.
        """
        rules = {repr(rule): rule for rule in read_rules(household, self.vocabulary)}
        before = set(self._pages)
        for key in set(self._of.get(household.name, ())) - set(rules):
            self._leave(key, household.name)
        for key, rule in rules.items():  # a page that stays is kept: skills already handed out look at its households
            self._pages.setdefault(key, _Page(rule, set())).households.add(household.name)
        self._of[household.name] = list(rules)
        return before != set(self._pages)

    def named(self, household: str) -> list[tuple[str, str]]:
        """The names of a household's rules as skills, and what each does in words."""
        rules = [self._pages[key].rule for key in self._of.get(household, ())]
        names = [skill_name(rule.name) for rule in rules]
        return [(name, rule.why.removeprefix(f"{name}: ")) for name, rule in zip(names, rules, strict=True)]

    def drop(self, household: str) -> None:
        """Take a household's rules out."""
        for key in self._of.pop(household, []):
            self._leave(key, household)

    def _leave(self, key: str, household: str) -> None:
        page = self._pages[key]
        page.households.discard(household)
        if not page.households:
            del self._pages[key]

    def skills(self) -> tuple[Skill, ...]:
        """One skill for each different rule (two for a `while`, which also takes back), for after the built-in ones."""
        found: list[Skill] = []
        for page in self._pages.values():
            rule = page.rule
            name = skill_name(rule.name)
            found.append(Skill(name, rule.kind, rule.triggers[:1], _act(rule, page.households), rule.why))
            if rule.while_true:
                found.append(Skill(name, rule.kind, rule.triggers[1:], _take_back(rule, page.households), rule.why))
        return tuple(found)


def _whose(rule: Rule, households: set[str], view: View) -> str:
    """The household that a rule is to act in when it is called for a node; '' where it is none of its business."""
    household, _, node = view.node.partition("/")
    return household if household in households and rule.node in ("", node) else ""


def _act(rule: Rule, households: set[str]) -> Decide:
    def decide(view: View) -> Iterator[Command | Reading]:
        if household := _whose(rule, households, view):
            for one in rule.actions:
                yield Command(f"{household}/{one.node}", one.path, one.value, view.now + one.lasts_s, rule.why)

    return decide


def _take_back(rule: Rule, households: set[str]) -> Decide:
    def decide(view: View) -> Iterator[Command | Reading]:
        if household := _whose(rule, households, view):
            for one in rule.actions:
                yield Command(f"{household}/{one.node}", one.path, None, view.now, f"{rule.why}: no longer")

    return decide
