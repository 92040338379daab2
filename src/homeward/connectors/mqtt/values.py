"""What a foreign value means as a value of a signal, and back: units, factors and words, checked when they are read."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from math import isfinite
from typing import Any

import numpy as np

from homeward.bus.flat import COARSE, FINE
from homeward.connectors.mqtt.fields import plain_word
from homeward.core.batch import Floats
from homeward.core.signal import Refused, Signal, Type, Value
from homeward.core.vocabulary import MAX_TEXT, wanted
from homeward.registry.quantity import understood
from homeward.registry.tree import Item
from homeward.units import SAME, Way, way

TRUTHS = {"true": True, "on": True, "yes": True, "1": True, "false": False, "off": False, "no": False, "0": False}
NUMERIC = (Type.NUMBER, Type.INTEGER)
ELSE, SKIP = "else", "skip"
HUGE = 1e300
Read = Callable[[Any], Value | None]
Write = Callable[[Value], Any]


@dataclass(frozen=True, slots=True)
class Linear:
    """From foreign numbers to a signal's: times `factor`, plus `offset`; rounded if it must be `whole`."""

    factor: float
    offset: float
    whole: bool

    def of_many(self, numbers: Floats) -> Floats:
        """The signal's values `(n,)` for foreign ones `(n,)`, to nine decimals as from `tidy`; NaN stays."""
        with np.errstate(over="ignore", invalid="ignore"):
            scaled = numbers * self.factor + self.offset
            scaled = np.where(np.abs(scaled) < COARSE, np.rint(scaled * FINE) / FINE + 0.0, scaled)
            return np.rint(scaled) + 0.0 if self.whole else scaled


def tidy(number: float) -> float:
    """The number to nine decimals, without what a conversion leaves behind them.

    >>> tidy(5.2 * 1000 + 1e-12), tidy(-1e-12), tidy(1e300)
    (5200.0, 0.0, 1e+300)
    """
    return round(number * FINE) / FINE if -COARSE < number < COARSE else number


@dataclass(frozen=True, slots=True)
class Meaning:
    """How a template says that a value is to be understood.

    `unit` is the foreign side's; a number from there is first times `times` plus `plus`, then converted. `words` are
    by foreign word for readings (`else` for all others, `skip` for a value that says nothing), by ours for commands.
    """

    unit: str = ""
    times: float = 1.0
    plus: float = 0.0
    words: Mapping[str, Item] = field(default_factory=dict)
    decimals: int | None = None

    def reader(self, signal: Signal) -> Read:
        """From foreign values to the signal's, None for one that says nothing; it raises Refused for a bad one.

        Raises Refused if unit or words do not go with the signal.
        """
        if self.words:
            return self._by_words(signal)
        if signal.type in NUMERIC:
            return self._numbers(signal)
        if self.unit or self.times != 1.0 or self.plus:
            raise Refused(f"{signal.path} is not a number: it has no unit and no factor")
        return {Type.BOOLEAN: _truth, Type.ENUM: _word(signal), Type.TEXT: _text}[signal.type]

    def keeps(self, signal: Signal) -> bool:
        """Whether a number with a point is the signal's value as it is."""
        same = not self.unit or way(self.unit, signal.unit).changes_nothing
        return signal.type is Type.NUMBER and same and not self.words and self.times == 1.0 and self.plus == 0.0

    def linear(self, signal: Signal) -> "Linear | None":
        """The same for many numbers at once, None where they are not simply scaled."""
        there = way(self.unit, signal.unit) if self.unit else SAME
        if self.words or signal.type not in NUMERIC or there.inverse:
            return None
        return Linear(self.times * there.factor, self.plus * there.factor + there.offset, signal.type is Type.INTEGER)

    @property
    def key(self) -> tuple[Any, ...]:
        """What is the same for meanings that say the same."""
        return (self.unit, self.times, self.plus, *((word, item.text) for word, item in self.words.items()))

    def _by_words(self, signal: Signal) -> Read:
        meant = {word: None if item.text == SKIP else understood(signal, item) for word, item in self.words.items()}
        rest = meant.pop(ELSE, None)
        others, known = ELSE in self.words, ", ".join(list(meant)[:12])
        plain = self._numbers(signal) if signal.type in NUMERIC and not others else None

        def read(value: Any) -> Value | None:
            word = plain_word(value)
            if word in meant:
                return meant[word]
            if others:
                return rest
            if plain is not None and not isinstance(value, str):
                return plain(value)
            raise Refused(f"{_short(value)} is not one of {known}")

        return read

    def _numbers(self, signal: Signal) -> Read:
        there = way(self.unit, signal.unit) if self.unit else SAME
        times, plus, whole, as_it_is = self.times, self.plus, signal.type is Type.INTEGER, self.keeps(signal)
        factor, offset = times * there.factor, plus * there.factor + there.offset

        def read(value: Any) -> Value | None:
            number = value if type(value) is float and -HUGE < value < HUGE else _number(value, signal)
            if as_it_is:
                return number
            number = tidy(there(number * times + plus) if there.inverse else number * factor + offset)
            return float(round(number)) if whole and isfinite(number) else number

        return read

    def writer(self, signal: Signal) -> Write:
        """From the signal's values to foreign ones. Raises Refused if unit or words do not go with the signal."""
        if self.words:
            meant = {_key(understood(signal, _item(word))): item.plain() for word, item in self.words.items()}

            def write_word(value: Value) -> Any:
                if _key(value) not in meant:
                    raise Refused(f"the template has no word for {value!r}")
                return meant[_key(value)]

            return write_word
        if signal.type not in NUMERIC:
            if self.unit or self.times != 1.0 or self.plus:
                raise Refused(f"{signal.path} is not a number: it has no unit and no factor")
            return lambda value: value
        back: Way = way(signal.unit, self.unit) if self.unit else SAME
        times, plus, decimals = self.times, self.plus, 6 if self.decimals is None else self.decimals

        def write(value: Value) -> Any:
            number = round(back(float(value)) * times + plus, decimals)
            return int(number) if number == int(number) else number

        return write


def _item(word: str) -> Item:
    """A word that was a key of a mapping, as if it were written as a value."""
    try:
        value: Any = json.loads(word) if word in ("true", "false") else float(word)
    except ValueError:
        value = word
    return Item(0, 0, 0, 0, "scalar", value, word)


def _key(value: Value) -> Value:
    return value if isinstance(value, str) else float(value)


def _number(value: Any, signal: Signal) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise Refused(f"{_short(value)} is not {wanted(signal)}")
    try:
        number = float(value)
    except (ValueError, OverflowError):
        raise Refused(f"{_short(value)} is not {wanted(signal)}") from None
    if not isfinite(number):
        raise Refused(f"{_short(value)} is not {wanted(signal)}")
    return number


def _truth(value: Any) -> Value:
    if isinstance(value, bool):
        return value
    found = TRUTHS.get(plain_word(value).lower())
    if found is None:
        raise Refused(f"{_short(value)} is not true or false, nor on or off; write `words:` for what it can be")
    return found


def _word(signal: Signal) -> Read:
    words = {word.lower(): word for word in signal.allowed}

    def read(value: Any) -> Value:
        found = words.get(plain_word(value).lower())
        if found is None:
            known = ", ".join(signal.allowed)
            raise Refused(f"{_short(value)} is not one of {known}; write `words:` for what it can be")
        return found

    return read


def _text(value: Any) -> Value:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    if len(text) > MAX_TEXT:
        raise Refused(f"text of {len(text)} characters; at most {MAX_TEXT}")
    return text


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."
