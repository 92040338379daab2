"""The proofs of `make prove` at a size that is quick."""

import sys
from pathlib import Path
from shutil import which

import pytest
from tests.proofs.break_in import break_in
from tests.proofs.garbage import garbage, suffered
from tests.proofs.kills import WRONG, kills, mosquitto


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux ends the server with its hub")
async def test_every_acknowledged_reading_is_in_history_once_whoever_is_killed(tmp_path: Path) -> None:
    told = await kills(tmp_path, 2)
    assert told["acknowledged"] > 100
    assert {word: told[word] for word in WRONG} == dict.fromkeys(WRONG, 0)
    assert told["commands heard"] > 0, "the one in force at least"


@pytest.mark.skipif(sys.platform != "linux" or not which("mosquitto"), reason="needs Linux and Mosquitto")
@pytest.mark.parametrize("timeless", [False, True], ids=["timed", "timeless"])
async def test_the_same_of_what_another_broker_acknowledged(tmp_path: Path, timeless: bool) -> None:
    async with mosquitto(tmp_path) as port:
        told = await kills(tmp_path, 2, outside=port, timeless=timeless)
    assert told["acknowledged"] > 100
    assert not any(told.get(word, 0) for word in WRONG), str(told)


async def test_garbage_changes_nothing_and_the_hub_lives_on(tmp_path: Path) -> None:
    told = await garbage(tmp_path, 2_000)
    assert not suffered(told), str(told)


async def test_nobody_reads_or_writes_what_is_anothers(tmp_path: Path) -> None:
    told = await break_in(tmp_path, 1_000)
    assert (told["read"], told["written"], told["let in by a guess"], told["server deaths"]) == (0, 0, 0, 0)
    assert min(told["takeover"], told["guess"], told["will"], told["subscribe"]) > 30
    assert told["heard by whom it is for"] > 10
