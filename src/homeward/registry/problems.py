"""What can be wrong with a household file, said so that it can be mended: where, what, and what would be right."""

from dataclasses import dataclass
from difflib import get_close_matches

from homeward.core.signal import Refused


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong: the line (from 1), the field as a dotted path, what is wrong, and the nearest right word or ''.

    >>> print(Problem(14, "vehicles.car.signals", "unknown signal Vehicle.Sped", "Vehicle.Speed"))
    household.yaml:14: vehicles.car.signals: unknown signal Vehicle.Sped; did you mean Vehicle.Speed?
    """

    line: int
    field: str
    message: str
    nearest: str = ""
    file: str = "household.yaml"

    def __str__(self) -> str:
        where = f"{self.file}:{self.line}: " + (f"{self.field}: " if self.field else "")
        hint = f"; did you mean {self.nearest}?" if self.nearest else ""
        said = where + self.message + hint
        return "".join(sign if sign.isprintable() else "�" for sign in said)


class HouseholdErrors(Refused):
    """A household file with problems, in the order of its lines; nothing of it was applied."""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = sorted(problems, key=lambda problem: problem.line)
        super().__init__("\n".join(map(str, self.problems)))


def nearest(word: str, known: list[str]) -> str:
    """The known word most like this one, or ''."""
    lower = {one.lower(): one for one in reversed(known)}
    found = get_close_matches(word.lower()[:100], list(lower), n=1, cutoff=0.55)
    return lower[found[0]] if found else ""
