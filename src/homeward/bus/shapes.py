"""What a message's keys mean, worked out once for each combination: most senders say the same things every time."""

from dataclasses import dataclass
from math import floor
from typing import Any

import numpy as np

from homeward.core.batch import Floats, Integers
from homeward.core.gate import FOR_PEOPLE
from homeward.core.signal import Refused, Type
from homeward.core.vocabulary import MAX_TEXT, Vocabulary, fingerprint

MOST_SHAPES = 8192
MOST_READINGS = 4096
PLAIN = (float, int)
FORMS = {int: 0, float: 0, bool: 1, str: 2}


@dataclass(frozen=True, slots=True, eq=False)
class Shape:
    """The signals of a message, in its order: vocabulary indices `(size,)`, all of one kind of node.

    `bounds` are the lowest and highest value of each, and whether it must be whole, if all are numbers.
    """

    signal: Integers
    kind: int
    size: int
    bounds: tuple[tuple[float, float, bool], ...] = ()

    def fits(self, said: list[Any]) -> bool:
        """Whether these are numbers within their bounds: a quick yes, or else somebody must look closer."""
        if not self.bounds:
            return False
        for one, (low, high, whole) in zip(said, self.bounds, strict=True):
            if type(one) not in PLAIN or not low <= one <= high or (whole and one != floor(one)):
                return False
        return True


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
        shape = Shape(numbers, int(signals[0].kind), len(paths), self._bounds.of_numbers(numbers))  # type: ignore[union-attr]
        if guarded := next((seen[one.index] for one in signals if one and one.path in FOR_PEOPLE), ""):
            if not told:
                raise Refused(f"{guarded} is for people to set (household file, page, API, wish), not for devices")
            return shape
        if len(self.known) >= MOST_SHAPES:
            self.known.clear()
        self.known[paths] = shape
        return shape


class Unknown(Exception):
    """A path nobody defined; without the nearest one, which costs too much to look up every time."""

    def __init__(self, path: str) -> None:
        super().__init__(path)
        self.path = path


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
        self.words = [{word: i for i, word in enumerate(signal.allowed)} for signal in signals]

    def of_numbers(self, signal: Integers) -> tuple[tuple[float, float, bool], ...]:
        """The lowest and highest values of signals `(n,)`, and which must be whole; none if one is no number."""
        whole = self.type[signal] == Type.INTEGER
        if ((self.type[signal] != Type.NUMBER) & ~whole).any():
            return ()
        return tuple(zip(self.low[signal].tolist(), self.high[signal].tolist(), whole.tolist(), strict=True))

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

    def unfit(self, value: Floats, signal: Integers) -> "np.ndarray[Any, Any]":
        """Which values `(n,)` are out of range, not whole, not a truth or no word's code, `(n,)`."""
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
