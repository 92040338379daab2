"""Reads recorded readings back in the order in which they came, as messages, to run them through a circle again.

The order is the streams' own: by arrival, and within a stream by sequence even where the clock was set back in between.
A day is read at a time, so that years of history replay in the memory of one day.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from math import inf
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from homeward.core.signal import Value
from homeward.history.tables import DAY

if TYPE_CHECKING:
    from homeward.history.store import History

DAYS = "select distinct day from readings where arrived >= $since and arrived < $until order by day"

ORDERED = """
select household, node, path, "at", arrived, value, text, stream, sequence from (
    select *, max(arrived) over (partition by stream order by sequence, arrived) as turn from readings
    where arrived >= $since and arrived < $until and ($household = '' or household = $household)
          and (len($streams::varchar[]) = 0 or list_contains($streams::varchar[], stream)))
order by turn, stream, sequence, node, "at", path"""


@dataclass(frozen=True, slots=True)
class Message:
    """What one message of a stream said of one node at one time; numbers (a boolean is 0 or 1) or words by path."""

    arrived: float
    stream: str
    sequence: int
    node: str
    at: float
    values: dict[str, Value]


def columns(
    history: "History", since: float = 0.0, until: float = inf, household: str = "", streams: Collection[str] = ()
) -> Iterator[Any]:
    """Readings that arrived in since..until, in stream order: one pyarrow Table a day, columns as stored.

    `household` and `streams` narrow it ('' and empty: all). Leave out the streams under which skills' own readings were
    recorded: a circle works those out again.
    """
    span = {"since": since, "until": until}
    days = history.select(DAYS, span, (since, until), "readings")["day"].cast(pa.int32()).to_pylist()
    asked = {"household": household, "streams": list(streams)}
    for day in days:
        first, last = max(since, day * DAY), min(until, (day + 1) * DAY)
        found = history.select(ORDERED, asked | {"since": first, "until": last}, (first, last), "readings")
        if found.num_rows:
            yield found


def messages(
    history: "History", since: float = 0.0, until: float = inf, household: str = "", streams: Collection[str] = ()
) -> Iterator[Message]:
    """The same readings as messages, each whole: what arrived together is one message again. See `columns`."""
    for day in columns(history, since, until, household, streams):
        yield from _grouped(day)


def _grouped(rows: Any) -> Iterator[Message]:
    keys = ("stream", "sequence", "node", "at")
    for batch in _cut_between_messages(rows, keys):
        message: Message | None = None
        for row in batch.to_pylist():
            key = tuple(row[name] for name in keys)
            if message is None or key != (message.stream, message.sequence, message.node, message.at):
                if message is not None:
                    yield message
                message = Message(row["arrived"], row["stream"], row["sequence"], row["node"], row["at"], {})
            message.values[row["path"]] = row["value"] if row["text"] is None else row["text"]
        if message is not None:
            yield message


def _cut_between_messages(rows: Any, keys: tuple[str, ...], about: int = 50_000) -> Iterator[Any]:
    """Pieces of about so many rows, so that Python objects exist for few rows at a time; no message is cut in two."""
    start = 0
    while start < rows.num_rows:
        end = min(start + about, rows.num_rows)
        last = {name: rows[name][end - 1] for name in keys}
        while end < rows.num_rows and all(rows[name][end].equals(value) for name, value in last.items()):
            end += 1
        yield rows.slice(start, end - start)
        start = end


def span(history: "History") -> tuple[float, float] | None:
    """When the first and the last recorded reading arrived, or None if there is none."""
    found = history.select(
        "select min(arrived) as first, max(arrived) as last from readings", {}, (0.0, inf), "readings"
    )
    first, last = found["first"][0].as_py(), found["last"][0].as_py()
    return None if first is None else (first, last)
