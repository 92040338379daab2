"""A YAML tree on which whatever is wrong is told, by line, while reading goes on."""

from collections.abc import Callable, Iterator

from homeward.core.signal import Refused, Signal
from homeward.registry.problems import nearest
from homeward.registry.reader import Say
from homeward.registry.tree import Item


class Sheet:
    """Reads fields from a tree; `at` is where the tree itself stands, for messages."""

    def __init__(self, say: Say, at: str = "") -> None:
        self.say = say
        self.at = f"{at}." if at else ""

    def known(self, item: Item, at: str, known: list[str]) -> None:
        """Tell of every field that is not one of those known."""
        for word, line in item.lines.items():
            if word not in known:
                close = nearest(word, known)
                self.say(
                    line, at, f"unknown field {word[:80]}" + ("" if close else f"; there is {', '.join(known)}"), close
                )

    def fields(self, item: Item, name: str, at: str) -> Iterator[tuple[str, Item]]:
        """The named entries under a field that is a mapping; if it is something else, tell."""
        found = item.fields.get(name)
        if found is None or found.is_empty:
            return
        if found.shape != "mapping":
            self.say(
                found.line, f"{self.at}{at}{name}", f"{found.shown()} does not belong here; write `name: value` lines"
            )
        yield from found.fields.items()

    def fits(self, check: Callable[[], object], line: int, at: str, signal: Signal | None = None) -> bool:
        """Whether a check passes without Refused; if not, tell what it said."""
        try:
            check()
        except Refused as problem:
            said = str(problem)
            self.say(line, at, said if signal is None or signal.path in said else f"{signal.path}: {said}")
            return False
        return True

    def choice(self, item: Item, name: str, at: str, known: list[str], default: str) -> str:
        """A field that is one of a few words."""
        found = item.fields.get(name)
        if found is None:
            return default
        if found.text not in known:
            close = nearest(found.text, known)
            self.say(found.line, f"{at}.{name}", f"{found.shown()} is not one of {', '.join(known)}", close)
            return default
        return found.text

    def truth(self, item: Item, name: str, at: str, default: bool) -> bool:
        """A field that is yes or no."""
        found = item.fields.get(name)
        if found is None:
            return default
        said = {"true": True, "yes": True, "on": True, "false": False, "no": False, "off": False}.get(
            found.text.lower()
        )
        if said is None:
            self.say(found.line, f"{at}.{name}", f"{found.shown()} is not yes or no")
        return default if said is None else said

    def number(self, item: Item, name: str, at: str, default: float) -> float:
        """A field that is a number."""
        found = item.fields.get(name)
        if found is None:
            return default
        if isinstance(found.value, bool) or not isinstance(found.value, int | float):
            self.say(found.line, f"{at}.{name}", f"{found.shown()} is not a number")
            return default
        return float(found.value)
