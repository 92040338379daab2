"""The doctor at a hub that is well, at one that lacks something, and at folders where something was broken."""

import asyncio
import os
import socket
from pathlib import Path

from tests.app.conftest import publish, running
from tests.waiting import until

from homeward.app.doctor import Finding, examine
from homeward.bus.binary import find_binary

URL = "http://127.0.0.1:8420"
COLD = {"Home.Climate.IndoorTemperature": 18.5, "Home.Climate.OutdoorTemperature": 2.0}
HERE = {"Vehicle.CurrentLocation.Latitude": 59.4, "Vehicle.CurrentLocation.Longitude": 18.1}


def told(findings: list[Finding], level: str) -> dict[str, str]:
    """What was found of a level, by what it is about."""
    return {one.about: one.what for one in findings if one.level == level and one.about not in ("clock", "ports")}


def test_where_nothing_is_yet_it_says_how_to_begin(tmp_path: Path) -> None:
    findings = examine(tmp_path / "hub", URL, None)
    assert not told(findings, "wrong")
    assert told(findings, "missing").keys() == {"hub", "folder"}
    assert any("homeward up" in one.mend for one in findings)
    assert not (tmp_path / "hub").exists(), "looking changes nothing"


async def test_what_a_household_lacks_is_told_until_it_is_there(tmp_path: Path) -> None:
    async with running(tmp_path) as (hub, households):

        async def now() -> list[Finding]:
            await hub.checkpoint()
            return await asyncio.to_thread(examine, tmp_path, URL, households.health())

        await until(lambda: hub.circle.twin.get("lind/home", "Home.UtcOffset")[0] is not None, "the file's values")
        before = await now()
        assert not told(before, "wrong")
        said = [one.what for one in before if one.level == "missing"]
        assert any("indoor temperature" in what for what in said)
        assert any("never told its position" in what for what in said)
        assert any("no thermostat" in what for what in said)
        await publish(hub, "homeward/lind/home/readings", COLD)
        await publish(hub, "homeward/lind/car/readings", HERE)
        await publish(hub, "homeward/lind/car/readings", {"Vehicle.Sped": 3})
        await households.add_device("lind/home")
        await until(lambda: hub.unfit, "one that does not fit")
        await until(lambda: hub.circle.twin.get("lind/car", "Vehicle.CurrentLocation.Latitude")[0] == 59.4, "the car")
        after = await now()
        assert told(after, "missing") == {"messages": "1 did not fit and changed nothing"}
        assert {"lind", "hub", "broker", "history", "registry", "snapshot"} <= told(after, "good").keys()
        hub.trouble.say("lind/broker", "it does not answer")
        assert told(await now(), "wrong") == {"lind/broker": "it does not answer"}


async def test_a_car_that_fell_silent_is_told(tmp_path: Path) -> None:
    async with running(tmp_path) as (hub, households):
        await publish(hub, "homeward/lind/car/readings", HERE)
        await until(lambda: hub.circle.twin.get("lind/car", "Vehicle.CurrentLocation.Latitude")[0] == 59.4, "the car")
        await hub.checkpoint()
        later = households.health() | {"now": hub.clock.now() + 3 * 86_400}
        findings = await asyncio.to_thread(examine, tmp_path, URL, later)
        assert told(findings, "missing")["lind/car"] == "it has been silent for 72 hours"


async def test_what_was_broken_is_named_with_what_to_do(tmp_path: Path) -> None:
    async with running(tmp_path) as (hub, households):
        await publish(hub, "homeward/lind/car/readings", HERE)
        await households.add_device("lind/car")
        await hub.checkpoint()
    assert not told(examine(tmp_path, URL, None), "wrong")
    (tmp_path / "devices.json").chmod(0o644)
    (tmp_path / "twin.npz").write_bytes(b"torn")
    (tmp_path / "registry.sqlite").write_bytes(b"no database" * 1000)
    (tmp_path / "history/readings/_delta_log/00000000000000000000.json").write_text("{torn")
    findings = examine(tmp_path, URL, None)
    assert told(findings, "wrong").keys() >= {"secrets", "snapshot", "registry", "history"}
    mends = " ".join(one.mend for one in findings)
    assert f"chmod 600 {tmp_path / 'devices.json'}" in mends
    assert "homeward restore" in mends
    assert not any(one.about == "doctor" for one in findings), "it looked at everything all the same"


async def test_a_server_left_behind_and_a_taken_port_are_found(tmp_path: Path) -> None:
    async with running(tmp_path):
        pass
    config = str(tmp_path / "bus" / "nats.conf")
    left = await asyncio.create_subprocess_exec(find_binary(), "-c", config)
    try:
        found = [one for one in examine(tmp_path, URL, None) if one.about == "processes"]
        assert f"kill {left.pid}" in found[0].mend
    finally:
        left.kill()
        await left.wait()
    with socket.socket() as taken:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            taken.bind(("127.0.0.1", 8420))
            taken.listen()
            holder = f"process {os.getpid()}"
        except OSError:
            holder = "taken by"  # somebody else has it already: just as well
        found = [one for one in examine(tmp_path, URL, None) if one.about == "ports" and "8420" in one.what]
        assert (found[0].level, holder in found[0].what) == ("wrong", True)


async def test_a_hub_that_does_not_answer_is_told_from_one_that_does_not_run(tmp_path: Path) -> None:
    async with running(tmp_path):
        findings = await asyncio.to_thread(examine, tmp_path, URL, None)
        assert "none answers" in told(findings, "wrong")["hub"]


def test_a_household_file_is_looked_at_line_by_line(tmp_path: Path) -> None:
    file = tmp_path / "lind.yaml"
    file.write_text("household: lind\nzone: Europe/Stokholm\n")
    findings = examine(tmp_path, URL, None, file)
    assert "did you mean Europe/Stockholm" in told(findings, "wrong")["household file"]
