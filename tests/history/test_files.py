"""Stories of the files that history consists of: they say what rows said, however it was coded, and what they hold."""

import json
import tempfile
from collections.abc import Callable
from math import inf
from pathlib import Path
from typing import Any

import pyarrow as pa
from deltalake import DeltaTable
from hypothesis import given, settings
from hypothesis import strategies as st

from homeward.core.vocabulary import Vocabulary
from homeward.history import History, Recorder
from homeward.history.tables import DAY, ends_of, gathered, joined

MONDAY = 1_732_492_800.0  # 2024-11-25 00:00 UTC
COLUMNS = ("household", "node", "path", "at", "arrived", "value", "text", "stream", "sequence")
LOG = f"select {', '.join(map(json.dumps, COLUMNS))} from readings order by sequence"

row = st.tuples(
    st.sampled_from(("lind", "berg", "öst", "")),
    st.sampled_from(("car", "van/2")),
    st.sampled_from(("Vehicle.Speed", "Person.Mood", "x")),
    st.floats(-0.5 * DAY, 2.5 * DAY).filter(lambda moment: moment % DAY > 1),
    st.one_of(st.none(), st.floats(allow_nan=False)),
    st.one_of(st.none(), st.text(max_size=5)),
    st.sampled_from(("log", "turns")),
)


def as_batch(rows: list[dict[str, Any]]) -> Any:
    """A batch as the hub hands them over, with a list of words of its own."""
    return pa.RecordBatch.from_pylist(rows, schema=gathered("readings"))


@settings(max_examples=40, deadline=None)
@given(st.lists(st.lists(row, min_size=1, max_size=4), min_size=1, max_size=5))
def test_what_was_coded_in_batches_is_read_as_it_was_said(parts: list[list[tuple[Any, ...]]]) -> None:
    said: list[dict[str, Any]] = []
    with tempfile.TemporaryDirectory() as folder, History(Path(folder)) as history:
        recorder = Recorder(history, Vocabulary(()))
        for part in parts:
            rows = [
                dict(zip(COLUMNS, (house, f"{house}/{leaf}", path, MONDAY + at, MONDAY + at, value, text, stream,
                                   len(said) + i), strict=True))
                for i, (house, leaf, path, at, value, text, stream) in enumerate(part)
            ]  # fmt: skip
            recorder.columns("readings", as_batch(rows))
            said += rows
        for stream in ("log", "turns"):
            recorder.reached(stream, len(said))
        recorder.flush()
        assert history.select(LOG, {}, (0.0, inf), "readings").to_pylist() == said
        table = DeltaTable(history.root / "readings")
        days = {int(one["arrived"] // DAY) for one in said}
        assert len(table.file_uris()) == len(days) and table.history(1)[0]["operation"] == "WRITE"
        history.compact()
        assert history.select(LOG, {}, (0.0, inf), "readings").to_pylist() == said


def test_a_file_tells_what_it_holds(history: History, speeds: Callable[..., Any]) -> None:
    history.write("readings", speeds(1, 9), {"readings": 9})
    (told,) = pa.table(DeltaTable(history.root / "readings").get_add_actions(flatten=True)).to_pylist()
    assert told["num_records"] == 18
    for column, least, greatest in (
        ("household", "berg", "lind"),
        ("node", "berg/van", "lind/car"),
        ("path", "Vehicle.Speed", "Vehicle.TraveledDistance"),
        ("arrived", MONDAY + 1, MONDAY + 9),
        ("sequence", 1, 9),
    ):
        assert (told[f"min.{column}"], told[f"max.{column}"]) == (least, greatest), column


def test_streams_end_where_their_last_row_is() -> None:
    place = {"household": "lind", "node": "lind/car", "path": "Vehicle.Speed", "at": MONDAY, "arrived": MONDAY}
    parts = [[("log", 3), ("turns", 9)], [("log", 1)], [("turns", 12), ("log", 2)]]
    batches = [as_batch([place | {"stream": name, "sequence": at} for name, at in part]) for part in parts]
    assert ends_of(joined("readings", batches)) == {"log": (1, 3), "turns": (9, 12)}
    assert ends_of(joined("readings", [])) == {}
