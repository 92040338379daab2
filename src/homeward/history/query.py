"""Questions to history, answered by DuckDB over the Delta tables as they are at that moment."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow.dataset as ds
from deltalake import DeltaTable
from numpy.typing import NDArray

from homeward.core.signal import Value
from homeward.history.tables import AHEAD, CLOCKS, DAY, LAST_SECOND, SCHEMAS

if TYPE_CHECKING:
    from homeward.history.store import History


Span = tuple[float, float]
"""Since and until, in seconds since 1970."""


@dataclass(frozen=True, slots=True)
class Series:
    """Readings of one signal, oldest first: times (n,) in seconds since 1970, values (n,), texts (n).

    A boolean is 0 or 1; an enumeration or text has its words in `texts` and NaN in `values`.
    """

    times: NDArray[np.float64]
    values: NDArray[np.float64]
    texts: list[str | None]

    def __len__(self) -> int:
        return len(self.times)


@dataclass(frozen=True, slots=True)
class Buckets:
    """A signal in equal spans of time; all arrays (n,), spans without a reading left out. The mean is over readings."""

    starts: NDArray[np.float64]
    low: NDArray[np.float64]
    mean: NDArray[np.float64]
    high: NDArray[np.float64]
    counts: NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Logged:
    """A command as the log tells it: the command, every `(at, event, why)` of it in order, and its outcome if known."""

    id: str
    node: str
    path: str
    value: Value | None
    until: float | None
    why: str
    by: str
    at: float
    events: tuple[tuple[float, str, str], ...]
    done: bool | None
    outcome_why: str
    outcome_at: float | None


SERIES = """
select "at", value, text from readings
order by "at" desc, arrived desc, sequence desc limit $limit"""

CHART = """
select least(floor(("at" - $since) / $width), $buckets - 1) as bucket, min(value) as low, avg(value) as mean,
       max(value) as high, count(*) as readings
from readings
where value is not null
group by bucket order by bucket"""

LOG = """
with told as (
    select id, arg_min(c, (c."at", c.sequence, c.event <> 'decided')) as first,
           list({'at': c."at", event: c.event, why: c.why} order by c."at", c.sequence, c.event <> 'decided') as events
    from (select distinct on (id, event, "at") * from commands) c
    group by id order by min(c."at") desc, id desc limit $limit),
ended as (
    select id, arg_max(o, (o."at", o.sequence)) as last from outcomes o group by id)
select t.id, t.first, t.events, e.last from told t left join ended e using (id) order by t.first."at" desc, id desc"""


def series(history: "History", node: str, path: str, since: float, until: float | None, limit: int) -> Series:
    """See `History.query`."""
    end = inf if until is None else until
    only = _of_signal(node, path, since, end)
    found = history.select(SERIES, {"limit": max(0, limit)}, (since, end), "readings", only=only)
    backwards = slice(None, None, -1)
    return Series(_floats(found, "at")[backwards], _floats(found, "value")[backwards],
                  found["text"].to_pylist()[backwards])  # fmt: skip


def chart(history: "History", node: str, path: str, since: float, until: float, buckets: int) -> Buckets:
    """See `History.chart`. Raises ValueError for an empty span."""
    if not (since < until and buckets > 0):
        raise ValueError(f"a chart needs since < until and at least one bucket, not {since}, {until} and {buckets}")
    width = (until - since) / buckets
    asked = {"since": since, "width": width, "buckets": buckets}
    only = _of_signal(node, path, since, until)
    found = history.select(CHART, asked, (since, until), "readings", only=only)
    return Buckets(
        starts=since + _floats(found, "bucket") * width,
        low=_floats(found, "low"),
        mean=_floats(found, "mean"),
        high=_floats(found, "high"),
        counts=np.asarray(found["readings"].to_numpy(), np.int64),
    )


def last_commands(history: "History", household: str, limit: int, since: float) -> list[Logged]:
    """See `History.last_commands`."""
    only = (ds.field("household") == household) & (ds.field("at") >= since)
    found = history.select(LOG, {"limit": max(0, limit)}, (since, inf), "commands", "outcomes", only=only)
    return [_logged(row) for row in found.to_pylist()]


def of_stream(
    history: "History", table: str, columns: Sequence[str], stream: str, after: int, since: float
) -> list[Any]:
    """See `History.of_stream`."""
    named = ", ".join(f'"{column}"' for column in columns)
    sql = f"SELECT {named} FROM {table} WHERE stream = $stream AND sequence > $after"
    found = history.select(sql, {"stream": stream, "after": after}, (since, inf), table)
    return list(zip(*(column.to_pylist() for column in found.columns), strict=True))


def _logged(row: dict[str, Any]) -> Logged:
    first, last = row["first"], row["last"] or {}
    return Logged(
        id=row["id"],
        node=first["node"],
        path=first["path"],
        value=first["value"] if first["text"] is None else first["text"],
        until=first["until"],
        why=first["why"] or "",
        by=first["by"] or "",
        at=first["at"],
        events=tuple((event["at"], event["event"] or "", event["why"] or "") for event in row["events"]),
        done=last.get("done"),
        outcome_why=last.get("why") or "",
        outcome_at=last.get("at"),
    )


def _of_signal(node: str, path: str, since: float, until: float) -> Any:
    at = ds.field("at")
    return (ds.field("node") == node) & (ds.field("path") == path) & (at >= since) & (at < until)


def narrowed(delta: DeltaTable | None, table: str, span: Span, only: Any = None) -> Any:
    """The rows that match `only`, as a pyarrow dataset without the files that cannot hold rows of that time."""
    since, until = span
    if delta is None:
        return ds.dataset(SCHEMAS[table].empty_table())
    earliest = min(max(0.0, since - AHEAD), LAST_SECOND)
    latest = max(0.0, min(until + (DAY if CLOCKS[table] == "arrived" else 0.0), LAST_SECOND))
    days = [np.datetime64(int(moment), "s").astype("datetime64[D]") for moment in (earliest, latest)]
    dataset = delta.to_pyarrow_dataset(file_pruning_predicate=f"day >= '{days[0]}' AND day <= '{days[1]}'")
    return dataset if only is None else dataset.filter(only)


def _floats(found: Any, name: str) -> NDArray[np.float64]:
    return np.asarray(found[name].to_numpy(zero_copy_only=False), np.float64)
