"""What waits to be sent, made into as few messages of the log as may be: one alone, or many as a bundle."""

from collections.abc import Iterator, Sequence
from itertools import accumulate, groupby, repeat

import numpy as np

from homeward.bus.bundle import Bundles
from homeward.bus.hearing import Columns, Hearing
from homeward.bus.resends import Mark
from homeward.bus.routes import SUBJECT
from homeward.bus.speech import write_readings
from homeward.bus.told import Sent, Told
from homeward.core.batch import Batch, Integers, Single
from homeward.core.connector import Form, Message

FEW = 6
"""So few messages of one form are read sooner one by one."""
Shapes = list[tuple[int, ...]]
"""The signals of each message."""
Group = tuple[Integers, Columns]
"""Some of what waits, by its places there `(n,)`, and what it says."""


class Parcels:
    """Makes messages of what connectors told, which is read now if it was not before."""

    def __init__(self, largest_bytes: int) -> None:
        self._largest = largest_bytes
        self._hearing: Hearing | None = None
        self._bundles: Bundles | None = None

    def read_by(self, hearing: Hearing, bundles: Bundles) -> None:
        """Have what is told understood, and put together; before, each message goes as it is."""
        self._hearing, self._bundles = hearing, bundles

    def hear(self, subject: bytes, message: Message, mark: int, time_ns: int) -> Single | None:
        """A message in plain numbers; None where that does not go."""
        return self._hearing.one(subject, message, mark, time_ns) if self._hearing else None

    def of(self, waiting: list[Told]) -> Iterator[Sent]:
        """The messages in order; what became of commands comes after all that was told meanwhile."""
        heard, answers = [one for one in waiting if one.is_heard], [one for one in waiting if not one.is_heard]
        for some in self._cut(heard) if len(heard) > 1 else (heard,) if heard else ():
            yield from self._together(some) if len(some) > 1 else self._alone(some[0])
        for one in answers:
            yield Sent(one.subject, one.payload, one.time_ns, None, False)

    def _cut(self, waiting: list[Told]) -> Iterator[list[Told]]:
        """What can go together, in order."""
        some: list[Told] = []
        size = 0
        for one in waiting:
            takes = one.most_bytes or self._largest
            if some and size + takes > self._largest:
                yield some
                some, size = [], 0
            some.append(one)
            size += takes
        yield some

    def _alone(self, one: Told) -> Iterator[Sent]:
        unread = one.unread
        if unread and self._hearing and (single := self._hearing.unread(one.subject, unread, one.time_ns)):
            payload = write_readings(dict(zip(unread.source.form.paths, single.values, strict=True)))
            yield Sent(one.subject, payload, one.time_ns, single, True, (), [unread.stored] if unread.stored else [])
            return
        self._read_closer(one)
        if one.message:
            stored = [one.message.stored] if one.message.stored else []
            payload = one.payload or write_readings(one.message.readings)
            marks = _marks([one]) if one.payload else ()
            yield Sent(one.subject, payload, one.time_ns, one.single, True, marks, stored)

    def _read_closer(self, one: Told) -> None:
        """Read by itself what has not been read; then it has a message, or said nothing."""
        if one.unread:
            one.message, one.unread = one.unread.read(), None
            one.single = self.hear(one.subject, one.message, 0, one.time_ns) if one.message else None

    def _together(self, some: list[Told]) -> Iterator[Sent]:
        groups = list(self._read(some))
        if len(groups) == 1 and len(groups[0][0]) == len(some):
            yield self._bundle(some, groups[0][1].batch(), [groups[0][1].shape.signals] * len(some))
            return
        batch, shapes = _laid(some, groups)
        for known, run in groupby(range(len(some)), lambda place: bool(shapes[place])):
            first, *others = run
            if known and (others or some[first].unread):
                end = first + 1 + len(others)
                yield self._bundle(some[first:end], _part(batch, first, end), shapes[first:end])
            else:
                for place in (first, *others):
                    yield from self._alone(some[place])

    def _read(self, some: list[Told]) -> Iterator[Group]:
        """Read in columns what has not been read; what does not fit its form, or is one of few, is read by itself."""
        forms: dict[Form, list[int]] = {}
        for place, one in enumerate(some):
            if one.unread:
                forms.setdefault(one.unread.source.form, []).append(place)
        for form, places in forms.items():
            told = [some[place] for place in places]
            payloads = [one.unread.payload for one in told if one.unread]
            columns = None
            if self._hearing and len(told) >= FEW:
                subjects, times_ns = [one.subject for one in told], [one.time_ns for one in told]
                columns = self._hearing.many(form, subjects, payloads, times_ns)
            if columns is None or columns.closer.any():
                for one, closer in zip(told, columns.closer.tolist() if columns else repeat(True), strict=False):
                    if closer:
                        self._read_closer(one)
            if columns is not None:
                yield np.array(places)[~columns.closer], columns.fitting()

    def _bundle(self, run: Sequence[Told], batch: Batch, shapes: Shapes) -> Sent:
        last_ns = run[-1].time_ns
        before_ns = [last_ns - one.time_ns for one in run]
        assert self._bundles
        payload = self._bundles.pack(batch, shapes, [one.mark for one in run], before_ns)
        stored = [stored for one in run if (stored := one.stored)]
        return Sent(SUBJECT, payload, last_ns, batch, True, _marks(run), stored)


def _laid(some: Sequence[Told], groups: Sequence[Group]) -> tuple[Batch, Shapes]:
    """All that is read in one batch, with nothing in the places of what is not; and the signals of each place."""
    shapes: Shapes = [one.single.signals if one.single else () for one in some]
    for places, columns in groups:
        for place in places.tolist():
            shapes[place] = columns.shape.signals
    starts = np.array([0, *accumulate(map(len, shapes))], np.int64)
    node, time, at = np.zeros(len(some), np.int64), np.zeros(len(some)), np.zeros(len(some))
    signal, value = np.zeros(starts[-1], np.int64), np.zeros(starts[-1])
    for place, one in enumerate(some):
        if single := one.single:
            node[place], time[place], at[place] = single.node, single.time, single.at
            begin, end = starts[place], starts[place + 1]
            signal[begin:end], value[begin:end] = single.signals, single.values
    for places, columns in groups:
        node[places], time[places], at[places] = columns.node, columns.time, columns.time
        where = starts[places][:, None] + np.arange(columns.values.shape[1])
        signal[where], value[where] = columns.shape.signal, columns.values
    return Batch(node, time, at, starts, signal, value), shapes


def _part(batch: Batch, first: int, end: int) -> Batch:
    """The messages from `first` to before `end`."""
    starts = batch.starts[first : end + 1]
    begin, stop = starts[0], starts[-1]
    return Batch(
        batch.node[first:end],
        batch.time[first:end],
        batch.at[first:end],
        starts - begin,
        batch.signal[begin:stop],
        batch.value[begin:stop],
    )


def _marks(run: Sequence[Told]) -> tuple[Mark, ...]:
    """What those are known by that say when it was."""
    return tuple(
        [
            (one.single.node, one.message.at, one.mark)
            for one in run
            if one.single and one.message and one.message.at is not None
        ]
    )
