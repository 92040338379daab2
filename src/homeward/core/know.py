"""How the twin learns: a round's messages into the tables, texts beside them, derived signals after them."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from homeward.core.batch import Batch, Floats, Integers
from homeward.core.derive import WayHome, Written
from homeward.core.nodes import NONE
from homeward.core.signal import Kind, Reading, Type
from homeward.core.touched import Touched
from homeward.core.twin import Twin
from homeward.core.vocabulary import encode


@dataclass(frozen=True, slots=True)
class News:
    """Readings of nodes of one kind at one instant of each: rows, now, at `(k,)`; of, signals, values `(n,)`.

    `of` is each reading's place in `rows`; `texts` goes by the place of the reading.
    """

    kind: Kind
    rows: Integers
    now: Floats
    at: Floats
    of: Integers
    signals: Integers
    values: Floats
    texts: Mapping[int, str]


class Knower:
    """Writes into a twin; the only one who does."""

    def __init__(self, twin: Twin) -> None:
        self.twin = twin
        self.ways = {kind: WayHome(twin, kind) for kind in (Kind.VEHICLE, Kind.PERSON)}
        self._is_text = np.array([signal.type is Type.TEXT for signal in twin.vocabulary])
        self._is_home = frozenset({self.ways[Kind.PERSON].is_home})
        self._occupied = twin.vocabulary["Home.IsOccupied"].index
        twin.tables[Kind.HOME].give_slot(self._occupied)

    def learn(self, batch: Batch, messages: Integers, now: Floats) -> list[Touched]:
        """Learn one message `(k,)` of each of several households at `now (k,)`."""
        if len(messages) == 1:
            return self._learn(self._one_message(batch, int(messages[0]), now))
        touched = []
        kinds = self.twin.nodes.kinds_of(batch.node[messages])
        for kind in np.unique(kinds).tolist():
            own = kinds == kind
            touched += self._learn(self._gather(Kind(kind), batch, messages[own], now[own]))
        return touched

    def _one_message(self, batch: Batch, message: int, now: Floats) -> News:
        number = int(batch.node[message])
        start, end = int(batch.starts[message]), int(batch.starts[message + 1])
        return News(
            self.twin.nodes.kind(number),
            np.array([self.twin.nodes.row(number)]),
            now,
            batch.at[message : message + 1],
            np.zeros(end - start, np.int64),
            batch.signal[start:end],
            batch.value[start:end],
            {i - start: batch.texts[i] for i in range(start, end) if i in batch.texts} if batch.texts else {},
        )

    def _gather(self, kind: Kind, batch: Batch, messages: Integers, now: Floats) -> News:
        begins = batch.starts[messages]
        counts = batch.starts[messages + 1] - begins
        of = np.repeat(np.arange(len(messages)), counts)
        flat = np.arange(len(of)) + np.repeat(begins - (np.cumsum(counts) - counts), counts)
        signals = batch.signal[flat]
        places = np.flatnonzero(self._is_text[signals]).tolist() if batch.texts else ()
        return News(
            kind,
            self.twin.nodes.rows_of(batch.node[messages]),
            now,
            batch.at[messages],
            of,
            signals,
            batch.value[flat],
            {i: batch.texts[int(flat[i])] for i in places},
        )

    def learn_readings(self, readings: list[Reading]) -> list[Touched]:
        """Learn what skills wrote, each reading at its own `at`; a signal of a node said twice keeps the later."""
        touched = []
        last = {(reading.node, reading.path): reading for reading in readings}
        by_kind: dict[Kind, list[Reading]] = {}
        for reading in last.values():
            by_kind.setdefault(self.twin.vocabulary[reading.path].kind, []).append(reading)
        for kind, own in sorted(by_kind.items()):
            places = {node: i for i, node in enumerate(dict.fromkeys(reading.node for reading in own))}
            defined = [self.twin.vocabulary[reading.path] for reading in own]
            at = np.zeros(len(places))
            for reading in own:
                at[places[reading.node]] = reading.at
            news = News(
                kind,
                np.array([self.twin.nodes.row(self.twin.nodes.number(node)) for node in places]),
                at,
                at,
                np.array([places[reading.node] for reading in own]),
                np.array([signal.index for signal in defined]),
                np.array([encode(signal, reading.value) for signal, reading in zip(defined, own, strict=True)]),
                {i: str(one.value) for i, one in enumerate(own) if defined[i].type is Type.TEXT},
            )
            touched += self._learn(news)
        return touched

    def _learn(self, news: News) -> list[Touched]:
        table = self.twin.tables[news.kind]
        way, moved = self.ways.get(news.kind), None
        if way is not None and not way.own.isdisjoint(news.signals.tolist() if len(news.signals) < 256 else way.own):
            moved = way.concerns[news.signals].nonzero()[0]
        was = way.before(news.rows) if way is not None and moved is not None else None
        newer = table.write(news.rows[news.of], news.signals, news.values, news.at[news.of])
        for i, text in news.texts.items():
            if newer is None or newer[i]:
                table.texts[int(news.rows[news.of[i]]), int(news.signals[i])] = text
        of, signals = (news.of, news.signals) if newer is None else (news.of[newer], news.signals[newer])
        touched = [_touched(news.kind, news.rows, news.now, of, signals)]
        if way is not None and moved is not None and was is not None:
            touched += self._follow(way, news, was, moved if newer is None else moved[newer[moved]])
        if news.kind is Kind.HOME:
            touched += self._home_moved(touched[0])
        return touched + self._occupancy(touched)

    def _follow(self, way: WayHome, news: News, was: tuple[Floats, Floats], moved: Integers) -> list[Touched]:
        """Derived signals of the rows whose readings at the places `moved` place them anew."""
        if len(news.rows) == 1:
            if not moved.size:
                return []
            sent = way.distance in news.signals[moved]
            return self._write(way.follow(news.rows, news.at, was, sent), news.rows, news.now)
        is_said, is_measured = (np.zeros(len(news.rows), np.bool_) for _ in range(2))
        is_said[news.of[moved[news.signals[moved] == way.distance]]] = True
        is_measured[news.of[moved]] = True
        said, measured = np.flatnonzero(is_said), np.flatnonzero(is_measured & ~is_said)
        touched = []
        for places, sent in ((measured, False), (said, True)):
            if places.size:
                written = way.follow(news.rows[places], news.at[places], (was[0][places], was[1][places]), sent)
                touched += self._write(written, news.rows[places], news.now[places])
        return touched

    def _write(self, written: Written, rows: Integers, now: Floats) -> list[Touched]:
        """Write derived readings of `rows (k,)` (each a repeat of a row) as learned at `now (k,)`."""
        newer = self.twin.tables[written.kind].write(written.rows, written.signals, written.values, written.at)
        of, signals = written.of, written.signals
        if newer is not None:
            of, signals = of[newer], signals[newer]
        return [_touched(written.kind, rows, now, of, signals)]

    def _home_moved(self, home: Touched) -> list[Touched]:
        """Measure everybody's way anew where a home got another place."""
        touched: list[Touched] = []
        for kind, way in self.ways.items():
            moved, times = home.only(way.homes)
            if not moved.size:
                continue
            households = self.twin.nodes.household_of_row[Kind.HOME].array[moved]
            time_of = dict(zip(households.tolist(), times.tolist(), strict=True))
            rows = self.twin.nodes.all_rows(kind, np.array(sorted(time_of)))
            of = self.twin.nodes.household_of_row[kind].array[rows]
            now = np.array([time_of[household] for household in of.tolist()], np.float64)
            if rows.size:
                # They did not get closer by it: there is no distance before to take a speed from.
                nowhere = np.full(len(rows), np.nan), np.full(len(rows), -np.inf)
                touched += self._write(way.follow(rows, now, nowhere, False), rows, now)
        return touched

    def _occupancy(self, touched: list[Touched]) -> list[Touched]:
        """`Home.IsOccupied` where it became known whether somebody is in: any person known to be home."""
        people = [one.only(self._is_home) for one in touched if one.kind is Kind.PERSON]
        people = [one for one in people if one[0].size]
        if not people:
            return []
        rows, now = (np.concatenate(column) for column in zip(*people, strict=True))
        households, first = np.unique(self.twin.nodes.household_of_row[Kind.PERSON].array[rows], return_index=True)
        now = now[first]
        homes = self.twin.nodes.first_rows(Kind.HOME, households)
        there = homes != NONE
        homes, households, now = homes[there], households[there], now[there]
        occupied = np.full(len(homes), np.nan)
        others = self.twin.nodes.first_rows(Kind.PERSON, households)
        while (left := np.flatnonzero(others != NONE)).size:
            seen = self.twin.tables[Kind.PERSON].take(others[left], self.ways[Kind.PERSON].is_home)
            occupied[left] = np.fmax(occupied[left], seen)
            others[left] = self.twin.nodes.next_rows(Kind.PERSON, others[left])
        known = ~np.isnan(occupied)
        homes, now, occupied = homes[known], now[known], occupied[known]
        signals, of = np.full(len(homes), self._occupied), np.arange(len(homes))
        return self._write(Written(Kind.HOME, homes, of, signals, occupied, now), homes, now) if homes.size else []


def _touched(kind: Kind, rows: Integers, now: Floats, of: Integers, signals: Integers) -> Touched:
    present = frozenset(signals.tolist() if len(signals) < 64 else np.flatnonzero(np.bincount(signals)).tolist())
    return Touched(kind, rows, now, present, of, signals)
