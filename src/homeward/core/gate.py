"""The gate before every command: settle's judgement on what the twin knows at the moment the command would go out."""

from functools import lru_cache

from homeward.core.settle import Ask, Situation, objection
from homeward.core.signal import Kind
from homeward.core.twin import Twin

FOR_PEOPLE = ("Home.Skills.Paused", "Home.Skills.Acting", "Home.Commands.ByHand")
"""What decides whether homeward may act: neither a skill nor whoever has a thermostat's password may say it."""


NOBODY = frozenset[str]()


@lru_cache(4096)
def names_in(text: str) -> frozenset[str]:
    """The names in a text that parts them by commas.

    >>> sorted(names_in("arrival, rule porch,"))
    ['arrival', 'rule porch']
    """
    return frozenset(name.strip() for name in text.split(",") if name.strip())


@lru_cache(4096)
def acts(text: str | None, skill: str) -> bool:
    """Whether a skill acts where `Home.Skills.Acting` is `text` (None: not set).

    >>> acts(None, "arrival"), acts("none", "arrival"), acts("arrival, rule porch", "rule porch")
    (True, False, True)
    """
    return text is None or not names_in(text).isdisjoint({"all", skill})


class Gate:
    """Asks settle on behalf of standing commands, new, taking over or tried again."""

    def __init__(self, twin: Twin) -> None:
        self.twin = twin
        vocabulary = twin.vocabulary
        self._paused, self.acting, self._by_hand = (vocabulary[path].index for path in FOR_PEOPLE)
        self._stillness = [
            vocabulary[path].index
            for path in (
                "Vehicle.IsMoving",
                "Vehicle.Speed",
                "Vehicle.Powertrain.TractionBattery.Charging.ChargingPort.AnyPosition.IsChargingCableConnected",
            )
        ]
        self._texts, self._home_of = twin.tables[Kind.HOME].texts, twin.nodes.first_of[Kind.HOME]
        self._household_of = twin.nodes.household_of_node
        self.looks_at = frozenset((self._paused, self.acting, self._by_hand, *self._stillness))
        """What skills may not write: who decides may not also say that it is safe."""

    def objection(self, target: tuple[int, int], ask: Ask, now: float) -> str:
        """Why `ask` may not go to the actuator (node number, signal) now, in words; '' if it may."""
        number, signal = target[0], self.twin.vocabulary.signals[target[1]]
        paused = self._texts.get((self._home_of.plain[self._household_of.plain[number]], self._paused))
        still = signal.kind is not Kind.VEHICLE or self._still(number)
        return objection(ask, signal, Situation(now, still, names_in(paused) if paused else NOBODY))

    def in_shadow(self, ask: Ask, household: int) -> bool:
        """Whether who asks may only say here what would be done: a skill that nobody has let act yet."""
        if ask.person:
            return False
        return not acts(self._texts.get((self._home_of.plain[household], self.acting)), ask.command.by)

    def by_hand(self, number: int) -> bool:
        """Whether people carry out what is asked of a node: it takes them longer, and they are asked once."""
        said = self._texts.get((self._home_of.plain[self._household_of.plain[number]], self._by_hand))
        if not said:
            return False
        return not names_in(said).isdisjoint({"all", self.twin.nodes.names[number].partition("/")[2]})

    def _still(self, number: int) -> bool:
        """Whether a vehicle is known to stand: it says so, its speed is zero, or a charging cable holds it."""
        table, row = self.twin.tables[Kind.VEHICLE], self.twin.nodes.row(number)
        moving, speed, cable = (table.cell(row, signal)[0] for signal in self._stillness)
        if moving == 1 or abs(speed) >= 1:
            return False
        return moving == 0 or abs(speed) < 1 or cable == 1
