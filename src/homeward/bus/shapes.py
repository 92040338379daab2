"""What a message's keys mean, worked out once for each combination: most senders say the same things every time."""

from array import array
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from operator import le
from typing import Any

import numpy as np

from homeward.core.batch import Floats, Integers
from homeward.core.gate import FOR_PEOPLE
from homeward.core.nodes import NONE
from homeward.core.signal import Refused, Type
from homeward.core.vocabulary import MAX_TEXT, Vocabulary, fingerprint

MOST_SHAPES = 8192
MOST_READINGS = 4096
MOST_TOGETHER = 256
"""Readings of a message that may be read together with others: each of its keys may have to be looked for among all."""
TRUTHS: Mapping[str | bool, float] = {False: 0.0, True: 1.0}
FORMS = {int: 0, float: 0, bool: 1, str: 2}


Bound = tuple[float, float, bool, Mapping[str | bool, float] | None]
"""The lowest and highest value of a signal, whether it must be whole, and the codes of its words if it has some."""


@dataclass(frozen=True, slots=True, eq=False)
class Shape:
    """The signals of a message, in its order: vocabulary indices `(size,)`, all of one kind of node.

    `signals` are the same as a tuple, and `bounds` what may be said of each, if none is a text. `paths` are the names
    it was met by; `number` is its own among the known shapes if it has few signals, all numbers or truths, else NONE.
    `low` and `high` are the bounds of numbers, if all are; those in the places `whole` must be that.
    """

    signal: Integers
    kind: int
    size: int
    signals: tuple[int, ...]
    bounds: tuple[Bound, ...] = ()
    paths: tuple[str, ...] = ()
    number: int = NONE
    low: "array[float] | None" = None
    high: "array[float] | None" = None
    whole: tuple[int, ...] = ()

    def fits(self, values: list[float]) -> bool:
        """Whether floats may be said as they are; False if somebody must look closer."""
        if self.low is None or self.high is None:
            return False
        if not (all(map(le, self.low, values)) and all(map(le, values, self.high))):
            return False
        return not (self.whole and any(values[place] % 1 for place in self.whole))

    def numbers(self, said: Iterable[Any]) -> list[float] | None:
        """What was said as it is kept; None if something does not fit, or somebody must look closer.

        A list has floats only, as what reads in machine code gives them.
        """
        if isinstance(said, list) and self.fits(said):
            return said
        if not self.bounds:
            return None
        found = []
        for one, (low, high, whole, words) in zip(said, self.bounds, strict=True):
            kind = type(one)
            if words is None:
                if (kind is not float and kind is not int) or not low <= one <= high or (whole and one % 1):
                    return None
                found.append(one if kind is float else float(one))
            elif (code := words.get(one) if kind is str or kind is bool else None) is not None:
                found.append(code)
            else:
                return None
        return found


class Shapes:
    """The shapes seen so far, by the tuple of paths."""

    def __init__(self, vocabulary: Vocabulary, bounds: "Bounds") -> None:
        self._vocabulary, self._bounds = vocabulary, bounds
        self.known: dict[tuple[str, ...], Shape] = {}

    def learn(self, paths: tuple[str, ...], told: bool = False) -> Shape:
        """The shape of these paths. Raises Unknown for the first unknown one, Refused if they cannot go together.

        Refused also for what only the hub itself may say, unless it is `told`; such shapes are asked about each time.
        """
        if not paths:
            raise Refused('the message says nothing; write an object such as {"Vehicle.Speed": 33.2}')
        if len(paths) > MOST_READINGS:
            raise Refused(f"{len(paths)} readings in one message; at most {MOST_READINGS}")
        by_path, renamed = self._vocabulary.by_path, self._vocabulary.renamed
        # Only what is unknown goes the slow way, which looks for the nearest name.
        signals = [by_path.get(path) or by_path.get(renamed.get(path, "")) for path in paths]
        seen: dict[int, str] = {}
        for path, signal in zip(paths, signals, strict=True):
            if signal is None:
                raise Unknown(path)
            if signal.index in seen:
                raise Refused(f"{path} and {seen[signal.index]} are the same signal; say it once")
            if signal.kind is not signals[0].kind:  # type: ignore[union-attr]
                raise Refused(f"{path} and {paths[0]} belong to different nodes; send them to each one's own topic")
            seen[signal.index] = path
        numbers = np.array(list(seen), np.int64)
        kind, order = int(signals[0].kind), tuple(seen)  # type: ignore[union-attr]
        if len(self.known) >= MOST_SHAPES:
            self.known.clear()
        is_plain = len(paths) <= MOST_TOGETHER and (self._bounds.type[numbers] < Type.ENUM).all()
        number = len(self.known) if is_plain else NONE
        bounds = self._bounds.of(order)
        shape = Shape(numbers, kind, len(paths), order, bounds, paths, number, *_between(bounds))
        if guarded := next((seen[one.index] for one in signals if one and one.path in FOR_PEOPLE), ""):
            if not told:
                raise Refused(f"{guarded} is for people to set (household file, page, API, wish), not for devices")
            return replace(shape, number=NONE)
        self.known[paths] = shape
        return shape


def _between(bounds: tuple[Bound, ...]) -> "tuple[array[float] | None, array[float] | None, tuple[int, ...]]":
    """The lowest and the highest values, None if one is a word, and the places of those that must be whole."""
    if not bounds or any(words is not None for *_, words in bounds):
        return None, None, ()
    low, high, whole, _ = zip(*bounds, strict=True)
    return array("d", low), array("d", high), tuple(place for place, is_whole in enumerate(whole) if is_whole)


class Unknown(Exception):
    """A path nobody defined; without the nearest one, which costs too much to look up every time."""

    def __init__(self, path: str) -> None:
        super().__init__(path)
        self.path = path


class Unplaced(ValueError):
    """A topic of homeward's that names no known node, or nothing that nodes say."""


class Unfit(ValueError):
    """A message with a value that does not fit its signal, or with signals of another kind than its node's."""

    def __init__(self, shape: Shape, node: int, misplaced: bool) -> None:
        super().__init__()
        self.shape, self.node, self.misplaced = shape, node, misplaced


class Bounds:
    """Every signal's type, bounds and words as columns by vocabulary index, to check many values at once."""

    def __init__(self, vocabulary: Vocabulary, longest_text: int = MAX_TEXT) -> None:
        self.longest_text = min(longest_text, MAX_TEXT)
        signals = list(vocabulary)
        self.type = np.array([signal.type for signal in signals], np.int8)
        self.low = np.array([signal.low for signal in signals], np.float64)
        self.high = np.array([signal.high for signal in signals], np.float64)
        self.low[np.isnan(self.low)] = -np.finfo(np.float64).max  # which also keeps infinity out
        self.high[np.isnan(self.high)] = np.finfo(np.float64).max
        for signal in signals:
            if signal.allowed:
                self.low[signal.index], self.high[signal.index] = 0, len(signal.allowed) - 1
        self.words: list[Mapping[str | bool, float]] = [
            {word: float(i) for i, word in enumerate(signal.allowed)} for signal in signals
        ]

    def of(self, signals: tuple[int, ...]) -> tuple[Bound, ...]:
        """The bounds of signals; none if one is a text."""
        types = [self.type.item(one) for one in signals]
        if Type.TEXT in types:
            return ()
        words = [
            TRUTHS if type == Type.BOOLEAN else self.words[one] or None
            for one, type in zip(signals, types, strict=True)
        ]
        low, high = (column[list(signals)].tolist() for column in (self.low, self.high))
        return tuple(zip(low, high, [type == Type.INTEGER for type in types], words, strict=True))

    def check(self, said: list[Any], signal: Integers) -> tuple[Floats, "np.ndarray[Any, Any]", dict[int, str]]:
        """Values `(n,)` as floats, which of them do not fit `(n,)`, and texts by position. Changes `said`."""
        kinds = self.type[signal]
        texts: dict[int, str] = {}
        if set(map(type, said)) <= {float, int}:
            value = np.array(said, np.float64)
            unfit = kinds >= Type.ENUM
        else:
            form = np.array([FORMS.get(type(one), 3) for one in said], np.int8)
            unfit = np.where(kinds >= Type.ENUM, form != 2, np.where(kinds == Type.BOOLEAN, form > 1, form != 0))
            for at in np.flatnonzero(form > 1).tolist():
                said[at] = self._word(said[at], int(signal[at]), at, texts)
            value = np.array(said, np.float64)
            unfit |= np.isnan(value)
        return value, unfit | self.unfit(value, signal), texts

    def unfit(self, value: "np.ndarray[Any, Any]", signal: Integers) -> "np.ndarray[Any, Any]":
        """Which values `(…, n)` are out of range, not whole, not a truth or no word's code, of signals `(n,)`."""
        kinds = self.type[signal]
        unfit = ~((value >= self.low[signal]) & (value <= self.high[signal]))
        whole = (kinds == Type.INTEGER) | (kinds == Type.ENUM)
        if whole.any():
            unfit |= whole & (value != np.floor(value))
        truth = kinds == Type.BOOLEAN
        if truth.any():
            unfit |= truth & (value != 0) & (value != 1)
        return unfit

    def _word(self, said: Any, signal: int, at: int, texts: dict[int, str]) -> float:
        """The float for a word or a text, NaN where it does not fit."""
        if not isinstance(said, str):
            return np.nan
        if self.type[signal] == Type.ENUM:
            return self.words[signal].get(said, np.nan)
        if self.type[signal] == Type.TEXT and len(said) <= self.longest_text:
            texts[at] = said
            return fingerprint(said)
        return np.nan
