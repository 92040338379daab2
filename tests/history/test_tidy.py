"""Tidying in a process of its own: the same result, nothing lost, and its failure told."""

from pathlib import Path

import pytest
from deltalake import DeltaTable

from homeward.history import History
from homeward.history.tables import HistoryError, from_rows

NOON = 1_800_000_000.0


def write(history: History, count: int) -> None:
    """So many commits of a reading each, over two days."""
    for i in range(count):
        at = NOON + i * 172_800 / count
        row = {"node": "lind/car", "path": "Vehicle.Speed", "at": at, "arrived": at, "value": float(i)}
        history.write("readings", from_rows("readings", [row | {"stream": "log", "sequence": i + 1}]), {"log": i + 1})


def files(root: Path) -> int:
    """How many files the readings lie in."""
    return len(DeltaTable(root / "readings").file_uris())


def test_a_process_apart_merges_files_and_loses_nothing(tmp_path: Path) -> None:
    with History(tmp_path) as history:
        write(history, 12)
        assert files(tmp_path) == 12
        history.compact(apart=True)
        assert files(tmp_path) <= 3, "one a day"
        assert history.query("lind/car", "Vehicle.Speed").values.tolist() == list(range(12))
        assert history.reached("readings") == {"log": 12}
        write(history, 14)
        assert len(history.query("lind/car", "Vehicle.Speed")) == 14, "the writer goes on behind it"


def test_what_goes_wrong_apart_is_told(tmp_path: Path) -> None:
    with History(tmp_path) as history:
        write(history, 4)
        for file in (tmp_path / "readings").rglob("*.parquet"):
            file.write_bytes(b"torn" * 100)
        with pytest.raises(HistoryError, match="cannot tidy history"):
            history.compact(apart=True)
