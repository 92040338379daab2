"""What the broker does by itself is counted, and told to the device it did it to."""

from pathlib import Path

import pytest
from tests.app.conftest import listening, publishing, running
from tests.bus.mqtt_client import Sender
from tests.waiting import until

from homeward.bus.watch import Watch
from homeward.core.signal import Refused


async def test_a_device_hears_why_it_was_cut_off_and_the_hub_counts(tmp_path: Path) -> None:
    async with running(tmp_path) as (hub, households):
        told = await households.add_device("lind/car")
        user, password = str(told["user"]), str(told["password"])
        known = ("-u", user, "-P", password)
        async with listening(hub, "homeward/lind/car/errors") as heard:
            sender = Sender(hub.bus.server.mqtt_port, user, password)
            await sender.burst("homeward/lind/car/readings", [b"x" * 300_000])
            assert not sender.acknowledged
            await publishing(hub, "homeward/lind/home/readings", "{}", *known)
            await publishing(hub, "homeward/lind/car/readings", "{}", "-u", user, "-P", "wrong")
            await until(lambda: len(heard) == 2, "both are told")
        await until(lambda: hub.broker.counts["credentials"], "the wrong password is counted")
        counts = households.health()["broker"]
    assert "262144 bytes" in heard[0]["error"]
    assert heard[1]["error"].startswith("homeward/lind/home/readings is not for these credentials")
    assert counts == {"payload": 1, "forbidden": 1, "credentials": 1}


async def test_a_server_that_gave_up_on_a_full_disk_is_started_anew_when_there_is_room(tmp_path: Path) -> None:
    async with running(tmp_path) as (hub, _):
        with (tmp_path / "bus/nats.log").open("a") as file:
            file.write("[ERR] Filestore [$MQTT_msgs] Critical write error: write 1.blk: no space left on device\n")
        await until(lambda: hub.bus.server.deaths == 1, "the server is ended")
        assert "no room" in hub.trouble.by_place["log full"]
        await hub.bus.server_is_back()
        await publishing(hub, "homeward/lind/car/readings", {"Vehicle.Speed": 12})
        await until(lambda: hub.circle.twin.get("lind/car", "Vehicle.Speed")[0] == 12, "it takes readings again")


async def test_a_household_larger_than_allowed_is_refused_whole(tmp_path: Path) -> None:
    async with running(tmp_path) as (hub, households):
        people = "people:\n" + "".join(f"  p{i}: {{}}\n" for i in range(1_001))
        with pytest.raises(Refused, match=r"has 1001 nodes and may have 1000; .* --most-nodes 1001"):
            await households.apply("household: berg\nzone: UTC\n" + people)
        assert "berg" not in hub.circle.twin.nodes.households


def test_the_servers_log_is_followed_into_its_next_file(tmp_path: Path) -> None:
    path = tmp_path / "nats.log"
    path.write_text("Publish Violation of an earlier day\n")
    watch = Watch(path)
    with path.open("a") as file:
        file.write('x - mid:7 - "a" - Publish Violation - Subject "a.b"\nhalf of a Slow Consumer')
    assert [(one.kind, one.client, one.subject) for one in watch.look()] == [("forbidden", 7, "a.b")]
    with path.open("a") as file:
        file.write(" Detected\n")
    path.rename(tmp_path / "nats.log.1")
    path.write_text("IPQ len limit reached\nstream: no space left on device\n")
    seen = [one.kind for _ in range(4) for one in watch.look()]
    assert seen == ["slow", "dropped", "full"]
    watch.close()
