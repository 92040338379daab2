"""What a page sees of one household: its home, cars and people, and the values the pages ask for, as numbers or not."""

from dataclasses import dataclass
from math import isfinite, nan

from homeward.core.signal import Kind
from homeward.surfaces.house import House
from homeward.surfaces.web import say

LONGEST_NAME = 24
STALE_S = 900.0
"""A position or temperature older than this is shown with its age."""


@dataclass(frozen=True, slots=True)
class Sight:
    """One household through the read-only view."""

    house: House
    household: str

    @property
    def zone(self) -> str:
        """The household's IANA time zone."""
        return self.house.zone(self.household)

    def of(self, kind: Kind) -> list[str]:
        """The household's nodes of one kind."""
        return [node for node, its in self.house.nodes(self.household) if its is kind]

    @property
    def home(self) -> str:
        """The first home, or '' before there is one."""
        return next(iter(self.of(Kind.HOME)), "")

    def number(self, node: str, path: str) -> float:
        """A signal as a number; NaN where unknown or not one."""
        value = self.house.value(node, path) if node else None
        return float(value) if isinstance(value, int | float) and isfinite(value) else nan

    def text(self, node: str, path: str) -> str:
        """A signal as text; '' where unknown or not text."""
        value = self.house.value(node, path) if node else None
        return value if isinstance(value, str) else ""

    def yes(self, node: str, path: str) -> bool | None:
        """A signal as yes or no; None where unknown."""
        value = self.house.value(node, path) if node else None
        return bool(value) if isinstance(value, bool | int | float) else None

    def age(self, node: str, path: str) -> float:
        """Seconds since a signal was measured; NaN where it never was."""
        return self.house.now() - self.house.at(node, path)

    def place(self, node: str, branch: str) -> tuple[float, float] | None:
        """Latitude and longitude under a branch (`Vehicle.CurrentLocation`); None where unknown."""
        latitude, longitude = self.number(node, f"{branch}.Latitude"), self.number(node, f"{branch}.Longitude")
        return (latitude, longitude) if isfinite(latitude) and isfinite(longitude) else None

    def name(self, node: str) -> str:
        """What to call a node: a person by name, the only car `The car`, others by their own word."""
        if not node:
            return ""
        if given := " ".join(self.text(node, "Person.Name").split()):
            return given if len(given) <= LONGEST_NAME else given[: LONGEST_NAME - 1] + "…"
        return "The car" if self.of(Kind.VEHICLE) == [node] else say.name_of(node)
