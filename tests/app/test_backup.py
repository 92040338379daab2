"""A backup taken from a running hub, restored elsewhere: the new hub knows all that the old one knew."""

import asyncio
import io
import tarfile
from pathlib import Path

import pyarrow as pa
import pytest
from tests.app.conftest import LIND, publish, publishing, running
from tests.app.test_hub import SPEED, lamp
from tests.waiting import until

from homeward.app.backup import back_up
from homeward.app.hub import Hub
from homeward.app.restore import restore
from homeward.core.signal import Refused

OWN = "homeward/lind/car/readings"


def names_in(folder: Path) -> list[str]:
    """What is in a folder, hidden or not."""
    return sorted(path.name for path in folder.iterdir())


async def test_a_hub_restored_elsewhere_knows_everything(tmp_path: Path) -> None:
    old, new, file = tmp_path / "old", tmp_path / "elsewhere" / "new", tmp_path / "lind.backup"
    async with running(old, (lamp,)) as (hub, households):
        given = await households.add_device("lind/car")
        await publish(hub, OWN, {SPEED: 120.0})
        await until(lambda: hub.decisions.of("lind", 1), "a command")
        await hub.checkpoint()
        hub.history.compact()
        await publish(hub, OWN, {SPEED: 90.0})
        told = await asyncio.to_thread(back_up, old, file)
        assert told["log_messages"] > 2
        await publish(hub, OWN, {SPEED: 10.0})
        await until(lambda: hub.circle.twin.get("lind/car", SPEED)[0] == 10, "life goes on meanwhile")
    assert file.stat().st_mode & 0o777 == 0o600, "it holds secrets"
    assert (await asyncio.to_thread(restore, file, new))["households"] == ["lind"]
    async with running(new, (lamp,), guests=False) as (hub, households):
        await until(
            lambda: hub.circle.twin.get("lind/car", SPEED)[0] == 90, "the car, from the log behind the snapshot"
        )
        assert hub.circle.twin.get("lind/home", "Home.Location.Latitude")[0] == 59.33
        assert [one.path for one in hub.decisions.of("lind", 9)] == ["Home.Light.Porch"]
        assert households.zone("lind") == "Europe/Stockholm"
        assert not any((await households.apply(LIND)).values()), "the household is known as it was"
        own = ("-u", str(given["user"]), "-P", str(given["password"]))
        assert await publishing(hub, OWN, {SPEED: 130.0}, *own) == 0, "devices keep their credentials"
        await until(lambda: hub.circle.twin.get("lind/car", SPEED)[0] == 130, "and are heard")
        await hub.checkpoint()
        assert hub.history.query("lind/car", SPEED).values.tolist() == [120, 90, 130], "each once, and what is new"


async def test_a_backup_under_load_is_one_moment_of_it(tmp_path: Path) -> None:
    old, new, file, far = tmp_path / "old", tmp_path / "new", tmp_path / "lind.backup", "Vehicle.TraveledDistance"
    said, arrived = 0, asyncio.Event()

    async def drive(hub: Hub) -> None:
        nonlocal said
        while not arrived.is_set():  # a flag, not a cancellation: what is half said would count or not by chance
            await hub.tell_readings("lind/car", {far: float(said)})
            said += 1

    async with running(old) as (hub, _):
        driving = asyncio.create_task(drive(hub))
        await until(lambda: said > 500, "some way was gone")
        before = said
        for _ in range(3):
            file.unlink(missing_ok=True)
            await hub.checkpoint()
            await asyncio.to_thread(back_up, old, file)
        arrived.set()
        await driving
    await asyncio.to_thread(restore, file, new)
    async with running(new) as (hub, _):
        end = hub.bus.state.last if hub.bus.state else 0
        await until(lambda: hub.place and hub.place.sequence >= end, "the log was read to its end")
        await hub.checkpoint()
        kept = hub.history.query("lind/car", far, limit=1_000_000).values.tolist()
        assert kept == list(range(len(kept))), "each once, in order, none left out"
        assert before < len(kept) <= said
        assert hub.circle.twin.get("lind/car", far)[0] == kept[-1]


async def test_a_hub_that_does_not_run_is_backed_up_just_the_same(tmp_path: Path) -> None:
    old, new, file = tmp_path / "old", tmp_path / "new", tmp_path / "lind.backup"
    async with running(old) as (hub, _):
        await publish(hub, OWN, {SPEED: 33.0})
        await until(lambda: hub.circle.twin.get("lind/car", SPEED)[0] == 33, "the speed")
    await asyncio.to_thread(back_up, old, file)
    new.mkdir()
    await asyncio.to_thread(restore, file, new)
    async with running(new) as (hub, _):
        assert hub.circle.twin.get("lind/car", SPEED)[0] == 33
        assert hub.history.query("lind/car", SPEED).values.tolist() == [33]


async def test_what_is_damaged_or_not_empty_is_refused_and_nothing_is_left(tmp_path: Path) -> None:
    old, file = tmp_path / "old", tmp_path / "lind.backup"
    async with running(old) as (hub, _):
        await publish(hub, OWN, {SPEED: 33.0})
        await until(lambda: hub.place, "something is known")
        await hub.checkpoint()
        with pytest.raises(Refused, match="lost with it"):
            await asyncio.to_thread(back_up, old, old / "backup")
        await asyncio.to_thread(back_up, old, file)
        with pytest.raises(Refused, match="exists"):
            await asyncio.to_thread(back_up, old, file)
        with pytest.raises(Refused, match="not empty"):
            await asyncio.to_thread(restore, file, old)
    whole = file.read_bytes()
    for name, damaged in {
        "cut": whole[: len(whole) // 2],
        "changed": whole[:2000] + bytes([whole[2000] ^ 0xFF]) + whole[2001:],
        "other": b"something else",
    }.items():
        (tmp_path / name).write_bytes(damaged)
        with pytest.raises(Refused, match=r"damaged|no backup"):
            await asyncio.to_thread(restore, tmp_path / name, tmp_path / "new")
    assert names_in(tmp_path) == ["changed", "cut", "lind.backup", "old", "other"]


def test_a_backup_that_would_write_elsewhere_is_refused(tmp_path: Path) -> None:
    evil = tmp_path / "evil.backup"
    with pa.output_stream(str(evil), compression="zstd") as packed, tarfile.open(fileobj=packed, mode="w|") as tar:
        tar.addfile(tarfile.TarInfo("../outside"), io.BytesIO())
    with pytest.raises(Refused, match="outside"):
        restore(evil, tmp_path / "new")
    assert names_in(tmp_path) == ["evil.backup"]


def test_a_folder_without_a_hub_is_no_source(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="no hub's folder"):
        back_up(tmp_path, tmp_path / "x")
    with pytest.raises(Refused, match="not there"):
        restore(tmp_path / "x", tmp_path / "new")
    assert not names_in(tmp_path)
