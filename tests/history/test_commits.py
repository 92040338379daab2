"""Stories of commits: what each holds, when it is forced to the disk, and that many are no burden."""

from collections.abc import Callable
from typing import Any

import pyarrow as pa
import pytest
from deltalake import DeltaTable
from tests.history.conftest import stored, twice

from homeward.history import History, store


def test_a_stream_may_get_further_with_nothing_new_to_store(history: History, speeds: Callable[..., Any]) -> None:
    history.write("readings", speeds(1, 10), {"readings": 10})
    assert history.write("readings", speeds(6, 10), {"readings": 14}) == 0
    assert history.reached("readings") == {"readings": 14} and stored(history) == twice(1, 10)
    assert history.write("readings", speeds(11, 15), {"readings": 15}) == 2


def test_rows_of_far_days_go_to_their_own_folders(history: History, speeds: Callable[..., Any]) -> None:
    far = [speeds(1, 1, start=0.0), speeds(2, 2, start=4e9), speeds(3, 3)]
    history.write("readings", pa.concat_tables([pa.table(one) for one in far]), {"readings": 3})
    folders = sorted(folder.name for folder in (history.root / "readings").glob("day=*"))
    assert folders == ["day=1970-01-01", "day=2024-11-25", "day=2096-10-02"] and stored(history) == twice(1, 3)


def test_what_is_not_durable_is_forced_to_the_disk_later(
    history: History, speeds: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    forced: list[list[int]] = []
    monkeypatch.setattr(store, "sync", lambda root, versions: forced.append(list(versions)))
    history.write("readings", speeds(1, 1), {"readings": 1})
    first = forced.pop()[-1]
    assert first == DeltaTable(history.root / "readings").version(), "the newest too"
    for message in (2, 3):
        history.write("readings", speeds(message, message), {"readings": message}, durable=False)
    assert not forced and stored(history) == twice(1, 3), "it can be read at once"
    history.sync()
    history.sync()
    assert forced == [[first + 1, first + 2]], "once"
    history.write("readings", speeds(4, 4), {"readings": 4}, durable=False)
    assert history.write("readings", speeds(4, 4), {"readings": 4}) == 0
    assert forced[1:] == [[first + 3]], "also where nothing is new"
    for message in range(5, 5 + store.MOST_UNSYNCED):
        history.write("readings", speeds(message, message), {"readings": message}, durable=False)
    assert [len(versions) for versions in forced[2:]] == [store.MOST_UNSYNCED], "not too many are left for later"


def test_many_commits_are_put_down_whole_and_read_from_there(history: History, speeds: Callable[..., Any]) -> None:
    log, reader = history.root / "readings" / "_delta_log", History(history.root)
    for message in range(1, 3 * store.MOST_COMMITS):
        history.write("readings", speeds(message, message), {"readings": message})
        if message % 10 == 0:
            assert len(reader.query("lind/car", "Vehicle.Speed")) == message // 2
    assert len(list(log.glob("*.checkpoint.parquet"))) >= 2
    (log / "00000000000000000000.json").unlink()
    history.close()
    with History(history.root) as again:
        assert again.reached("readings") == {"readings": message} and stored(again) == twice(1, message)
        assert again.write("readings", speeds(message, message + 1), {"readings": message + 1}) == 2
    assert reader.reached("readings") == {"readings": message + 1}
