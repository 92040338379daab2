"""The nodes of a household as rules see them: by short name and by kind."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from homeward.core.signal import Kind
from homeward.registry.household import Household


@dataclass(frozen=True, slots=True)
class Known:
    """Who there is: the kind of each node by its short name."""

    kinds: dict[str, Kind] = field(default_factory=dict)

    @classmethod
    def of(cls, household: Household) -> "Known":
        """The nodes of a household."""
        return cls({node.name.partition("/")[2]: node.kind for node in household.nodes})

    def named(self, kind: Kind) -> list[str]:
        """The short names of a kind's nodes."""
        return [name for name, one in self.kinds.items() if one is kind]

    def only(self, kind: Kind) -> str:
        """The short name of the only node of a kind, '' where there is none or there are several."""
        names = self.named(kind)
        return names[0] if len(names) == 1 else ""


def listed(words: Iterable[str]) -> str:
    """Words with commas and an `or`.

    >>> listed(["car", "van", "bike"])
    'car, van or bike'
    """
    words = list(words)
    return " or ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)
