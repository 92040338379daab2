"""Stories of what is stored: once, by one writer, and never silently not."""

import os
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.history.conftest import stored, twice

import homeward
from homeward.history import History, HistoryError
from homeward.history.tables import from_rows

MONDAY = 1_732_492_800.0  # 2024-11-25 00:00 UTC


def test_what_was_written_is_there_at_once_for_any_reader(history: History, speeds: Callable[..., Any]) -> None:
    reader = History(history.root)
    assert reader.reached("readings") == {} and len(reader.query("lind/car", "Vehicle.Speed")) == 0
    assert history.write("readings", speeds(1, 10), {"readings": 10}) == 20
    assert reader.reached("readings") == {"readings": 10}
    assert reader.query("lind/car", "Vehicle.Speed").values.tolist() == [2, 4, 6, 8, 10]
    history.write("readings", speeds(11, 12), {"readings": 12})
    assert reader.query("lind/car", "Vehicle.Speed").values.tolist() == [2, 4, 6, 8, 10, 12]


def test_a_message_that_comes_again_is_dropped(history: History, speeds: Callable[..., Any]) -> None:
    history.write("readings", speeds(1, 10), {"readings": 10})
    assert history.write("readings", speeds(1, 10), {"readings": 10}) == 0
    assert history.write("readings", speeds(6, 14), {"readings": 14}) == 8
    assert stored(history) == twice(1, 14)


def test_streams_are_counted_apart(history: History, speeds: Callable[..., Any]) -> None:
    history.write("readings", speeds(1, 5), {"readings": 5})
    assert history.write("readings", speeds(1, 3, "skills"), {"skills": 3}) == 6
    assert history.reached("readings") == {"readings": 5, "skills": 3}


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.integers(0, 12), st.integers(1, 12), st.booleans()), min_size=1, max_size=6))
def test_however_messages_are_sent_again_each_is_stored_once(
    speeds: Callable[..., Any], rounds: list[tuple[int, int, bool]]
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        history = History(Path(folder))
        reached = 0
        for back, count, crash in rounds:
            first = max(1, reached + 1 - back)
            last = first + count - 1
            history.write("readings", speeds(first, last), {"readings": last})
            reached = max(reached, last)
            if crash:
                history.close()
                history = History(Path(folder))
                assert history.reached("readings") == {"readings": reached}
        history.compact()
        assert stored(history) == twice(1, reached)
        assert history.reached("readings") == {"readings": reached}
        history.close()


def test_half_a_message_is_refused(history: History, speeds: Callable[..., Any]) -> None:
    with pytest.raises(ValueError, match=r"sequence 10 but the write says it reached 9"):
        history.write("readings", speeds(1, 10), {"readings": 9})
    with pytest.raises(ValueError, match=r"'skills'.*reached None"):
        history.write("readings", speeds(1, 2, "skills"), {"readings": 9})
    with pytest.raises(ValueError, match="no spaces"):
        history.write("readings", speeds(1, 2), {"my stream": 2})
    assert history.reached("readings") == {}


def test_rows_without_a_sane_time_or_column_are_refused(history: History, speeds: Callable[..., Any]) -> None:
    with pytest.raises(ValueError, match="before the year 2100"):
        history.write("readings", speeds(1, 2, start=5e9), {"readings": 2})
    with pytest.raises(ValueError, match="lack path"):
        history.write("readings", speeds(1, 2).drop_columns(["path"]), {"readings": 2})


def test_a_device_with_a_broken_clock_cannot_choose_its_day(history: History) -> None:
    times = {1: -1e12, 2: MONDAY - 90_000, 3: MONDAY - 80_000, 4: MONDAY + 4, 5: MONDAY + 6, 6: float("nan")}
    rows = [
        {"node": "lind/car", "path": "Vehicle.Speed", "at": at, "arrived": MONDAY, "value": 1.0,
         "stream": "readings", "sequence": sequence}
        for sequence, at in times.items()
    ]  # fmt: skip
    history.write("readings", from_rows("readings", rows), {"readings": 6})
    assert sorted(history.query("lind/car", "Vehicle.Speed").times.tolist()) == [
        MONDAY - 80_000, MONDAY, MONDAY, MONDAY, MONDAY, MONDAY + 4
    ]  # fmt: skip
    assert [folder.name for folder in (history.root / "readings").glob("day=*")] == ["day=2024-11-25"]


def test_a_second_writer_is_refused_and_told_who_writes(history: History, speeds: Callable[..., Any]) -> None:
    history.write("readings", speeds(1, 2), {"readings": 2})
    second = History(history.root)
    with pytest.raises(HistoryError, match=r"another homeward \(process \d+\) already writes to"):
        second.write("readings", speeds(3, 4), {"readings": 4})
    assert len(second.query("lind/car", "Vehicle.Speed")) == 1
    history.close()
    assert second.write("readings", speeds(3, 4), {"readings": 4}) == 4
    second.close()


def test_compacting_beside_writes_and_queries_loses_nothing(history: History, speeds: Callable[..., Any]) -> None:
    history.write("readings", speeds(1, 5), {"readings": 5})
    failures: list[Exception] = []

    def compact() -> None:
        try:
            for _ in range(5):
                history.compact()
        except Exception as error:
            failures.append(error)

    thread = threading.Thread(target=compact)
    thread.start()
    for last in range(10, 155, 5):
        day = MONDAY + (last // 50) * 86_400  # three days: the finished ones are put in order
        history.write("readings", speeds(last - 4, last, start=day), {"readings": last})
        assert stored(history) == twice(1, last)
    thread.join()
    assert failures == []
    history.compact()
    assert stored(history) == twice(1, 150)
    assert history.reached("readings") == {"readings": 150}


def test_compacting_leaves_few_files_and_keeps_the_marks(history: History, speeds: Callable[..., Any]) -> None:
    for last in range(1, 21):
        history.write("readings", speeds(last, last, start=MONDAY + 86_400 * (last // 11)), {"readings": last})
    history.compact()
    history.close()
    again = History(history.root)
    assert stored(again) == twice(1, 20)
    assert len(again._readers["readings"].file_uris()) == 2
    assert again.write("readings", speeds(1, 20), {"readings": 20}) == 0
    again.close()


def test_a_torn_commit_after_a_power_cut_is_set_aside_and_sent_again(
    history: History, speeds: Callable[..., Any]
) -> None:
    history.write("readings", speeds(1, 5), {"readings": 5})
    before = set((history.root / "readings").rglob("*.parquet"))
    history.write("readings", speeds(6, 10), {"readings": 10})
    history.close()
    for torn in set((history.root / "readings").rglob("*.parquet")) - before:
        torn.write_bytes(b"")  # named by the commit, never reached the disk
    again = History(history.root)
    assert again.write("readings", speeds(3, 12), {"readings": 12}) == 14
    assert stored(again) == twice(1, 12)
    again.close()


@pytest.mark.parametrize("left", [b"", b'{"add": {"pa', b"\0" * 300])
def test_a_commit_cut_short_is_set_aside_and_sent_again(
    history: History, speeds: Callable[..., Any], left: bytes
) -> None:
    history.write("readings", speeds(1, 5), {"readings": 5})
    history.write("readings", speeds(6, 10), {"readings": 10})
    history.close()
    max((history.root / "readings" / "_delta_log").glob("*.json")).write_bytes(left)
    again = History(history.root)
    assert again.write("readings", speeds(1, 10), {"readings": 10}) == 10
    assert stored(again) == twice(1, 10)
    again.close()


def test_a_checkpoint_cut_short_is_done_without(history: History, speeds: Callable[..., Any]) -> None:
    history.write("readings", speeds(1, 5), {"readings": 5})
    history.compact()
    history.close()
    for checkpoint in (history.root / "readings" / "_delta_log").glob("*.checkpoint.parquet"):
        checkpoint.write_bytes(checkpoint.read_bytes()[:100])
    again = History(history.root)
    assert again.write("readings", speeds(1, 7), {"readings": 7}) == 4
    assert stored(again) == twice(1, 7)
    again.close()


def test_a_folder_that_cannot_be_written_says_so(tmp_path: Path, speeds: Callable[..., Any]) -> None:
    (tmp_path / "file").write_text("not a folder")
    history = History(tmp_path / "file" / "history")
    with pytest.raises(HistoryError, match=r"cannot write history in .*file/history: .*Not a directory.*; free space"):
        history.write("readings", speeds(1, 2), {"readings": 2})


def test_folders_may_have_spaces_but_no_percent_sign(tmp_path: Path, speeds: Callable[..., Any]) -> None:
    with History(tmp_path / "my häuser #1?") as history:
        history.write("readings", speeds(1, 5), {"readings": 5})
        history.compact()
        assert stored(history) == twice(1, 5)
    with pytest.raises(HistoryError, match="without %"):
        History(tmp_path / "a%20b")


FULL_DISK = """
import resource, sys
from pathlib import Path
from homeward.core.signal import Reading
from homeward.core.vocabulary import Vocabulary
from homeward.history import History, HistoryError, Recorder

header = "path,type,role,unit,low,high,allowed,description,source"
vocabulary = Vocabulary([header + "\\nVehicle.Speed,number,sensor,km/h,,,,,\\n"])
history = History(Path(sys.argv[1]))
recorder = Recorder(history, vocabulary)

def record(sequence):
    recorder.readings("readings", sequence, 1.7e9 + sequence, [Reading("lind/car", "Vehicle.Speed", 30.0, 1.7e9)])
    recorder.reached("readings", sequence)

record(1)
recorder.flush()
resource.setrlimit(resource.RLIMIT_FSIZE, (64, resource.RLIM_INFINITY))
record(2)
record(3)
for _ in range(3):
    try:
        recorder.flush()
        sys.exit("a write that the disk refused was taken for done")
    except HistoryError as error:
        assert str(error) == recorder.trouble and "cannot write history in" in recorder.trouble, error
assert recorder.waiting == 2
resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
assert recorder.flush() == {"readings": 3}
assert recorder.trouble == "" and recorder.waiting == 0
assert len(history.query("lind/car", "Vehicle.Speed")) == 3
"""


def test_when_the_disk_refuses_rows_wait_and_are_stored_once_it_gives_way(tmp_path: Path) -> None:
    surroundings = os.environ | {"PYTHONPATH": str(Path(homeward.__file__).parents[1])}
    command = [sys.executable, "-c", FULL_DISK, str(tmp_path / "h")]
    run = subprocess.run(command, env=surroundings, capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
