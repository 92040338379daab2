"""The command line and the API against a hub that really runs, as a newcomer would use them."""

import json
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
from tests.surfaces.running import Running, homeward

from homeward.surfaces.remote import noted

SPEED = "Vehicle.Speed"


def eventually(look: Callable[[], Any], wanted: object) -> None:
    """Wait until looking gives what is wanted."""
    for _ in range(200):
        if look() == wanted:
            return
        time.sleep(0.05)
    assert look() == wanted


def test_a_file_with_mistakes_is_refused_with_line_field_and_nearest(hub: Running) -> None:
    (hub.folder / "bad.yaml").write_text(
        "household: lind\nzone: Europe/Stokholm\nvehicles: {car: {signals: {Vehicle.Sped: 3}}}\n"
    )
    refused = hub.run("apply", str(hub.folder / "bad.yaml"))
    assert refused.returncode == 1
    assert "bad.yaml:2: zone" in refused.stderr
    assert "did you mean Vehicle.Speed" in refused.stderr
    assert "Traceback" not in refused.stderr


def test_applying_twice_changes_nothing(hub: Running) -> None:
    assert "nothing to change" in hub.run("apply", str(hub.folder / "household.yaml")).stdout


def test_a_hub_is_found_by_its_folder(hub: Running, tmp_path: Path) -> None:
    told = homeward("skills", "lind", "--folder", str(hub.folder))
    assert told.stdout.startswith("arrival: ")
    assert (noted(hub.folder), noted(tmp_path), noted(None)) == (hub.url, "", "")
    for stale in ("http://127.0.0.1:1", "nonsense", "http://[", "http://127.0.0.1:99999", ""):
        (tmp_path / "api-address").write_text(stale)
        assert noted(tmp_path) == "", "an address where nobody answers does not count"


def test_history_prints_what_was_sent(hub: Running, tool: Callable[..., str]) -> None:
    topic = "homeward/lind/car/readings"
    publish = [tool("mosquitto_pub"), "-p", hub.mqtt_port, "-q", "1", "-t", topic]
    for speed in (33.2, 40.0):
        subprocess.run([*publish, "-m", json.dumps({SPEED: speed})], check=True, timeout=10)

    known = f"{hub.url}/api/nodes/lind/car"
    eventually(lambda: any(one["value"] == 40.0 for one in httpx.get(known).json() if one["path"] == SPEED), True)
    printed = hub.run("history", "lind/car", SPEED, "--last", "2h", "--json")
    assert json.loads(printed.stdout)["values"] == [33.2, 40.0], "at once, not when it is time to write"
    assert "33.2 km/h" in hub.run("history", "lind/car", SPEED).stdout
    replayed = hub.run("replay", "--json")
    assert json.loads(replayed.stdout)["messages"] >= 2


def test_mistakes_on_the_command_line_are_told_in_a_line(hub: Running) -> None:
    wrong = hub.run("history", "lind/car", "Vehicle.Sped")
    assert (wrong.returncode, wrong.stderr) == (1, "homeward: unknown: Vehicle.Sped; did you mean Vehicle.Speed?\n")
    assert "30m" in hub.run("history", "lind/car", SPEED, "--last", "soon").stderr
    nobody = homeward("apply", str(hub.folder / "household.yaml"), "--hub", "http://127.0.0.1:1")
    assert "no hub answers at http://127.0.0.1:1 " in nobody.stderr
    busy = homeward("up", "--folder", str(hub.folder / "other"), "--port", hub.url.rpartition(":")[2])
    assert "is busy" in busy.stderr
    second = homeward("up", "--folder", str(hub.folder), "--port", "0", "--mqtt-port", "0", "--nats-port", "0")
    assert second.returncode == 1 and (hub.folder / "api-address").read_text() == hub.url
    assert busy.returncode == 1


def test_a_wish_over_the_api_needs_the_token_and_is_settled(hub: Running) -> None:
    wish = {"node": "lind/home", "path": "Home.Climate.TargetTemperature", "value": 21.5, "by": "lind/ada"}
    assert httpx.post(f"{hub.url}/api/wishes", json=wish).status_code == 401
    asked = httpx.post(f"{hub.url}/api/wishes", json=wish, headers=hub.changing())
    assert asked.status_code == 202

    def state() -> Any:
        found = httpx.get(f"{hub.url}/api/decisions/lind").json()
        return next((one["state"] for one in found if one["id"] == asked.json()["id"]), None)

    eventually(state, "sent")
    stranger = httpx.post(f"{hub.url}/api/wishes", json=wish | {"by": "berg/eve"}, headers=hub.changing())
    assert stranger.status_code == 422
    assert "household" in stranger.json()["detail"]


def test_the_api_describes_itself_and_answers(hub: Running) -> None:
    described = httpx.get(f"{hub.url}/api/openapi.json").json()
    assert {"/api/health", "/api/wishes", "/api/households"} <= described["paths"].keys()
    assert httpx.get(f"{hub.url}/api/health").json()["well"] is True
    assert httpx.get(f"{hub.url}/api/households").json()[0]["zone"] == "Europe/Stockholm"
    assert httpx.get(f"{hub.url}/api/nodes/lind/cart").status_code == 404
    said = {"node": "lind/car", "readings": {"Vehicle.IsMoving": True}}
    assert httpx.post(f"{hub.url}/api/readings", json=said, headers=hub.changing()).status_code == 202
    bad = {"node": "lind/car", "readings": {"Vehicle.IsMoving": "perhaps"}}
    assert httpx.post(f"{hub.url}/api/readings", json=bad, headers=hub.changing()).status_code == 422


def test_pages_of_strangers_get_nothing(hub: Running) -> None:
    for headers in ({"Host": "evil.example"}, {"Origin": "https://evil.example"}):
        answer = httpx.get(f"{hub.url}/api/health", headers=headers)
        assert (answer.status_code, "well" in answer.text) == (403, False)
    assert httpx.get(hub.url + "/").status_code == 200


def test_the_doctor_finds_nothing_wrong_with_a_new_hub_and_says_what_it_lacks(hub: Running) -> None:
    examined = hub.run("doctor", "--json")
    told = json.loads(examined.stdout)
    wrong = [one["what"] for one in told["findings"] if one["level"] == "wrong"]
    assert (examined.returncode, told["well"], wrong) == (0, True, [])
    (hub.folder / "devices.json").touch(0o600)
    (hub.folder / "devices.json").chmod(0o644)
    try:
        examined = hub.run("doctor")
        assert examined.returncode == 1
        assert f"chmod 600 {hub.folder / 'devices.json'}" in examined.stdout
    finally:
        (hub.folder / "devices.json").unlink()


def test_a_backup_of_a_running_hub_is_restored_into_an_empty_folder(hub: Running, tmp_path: Path) -> None:
    file, new = tmp_path / "hub.backup", tmp_path / "new"
    told = json.loads(hub.run("backup", str(file), "--json").stdout)
    assert told["bytes"] == file.stat().st_size > 1000
    assert json.loads(homeward("restore", str(file), "--folder", str(new), "--json").stdout)["households"] == ["lind"]
    again = homeward("restore", str(file), "--folder", str(new))
    assert (again.returncode, "not empty" in again.stderr) == (1, True)
    said = homeward("doctor", "--folder", str(new), "--hub", "http://127.0.0.1:1", "--json").stdout
    assert {"about": "snapshot", "level": "good"}.items() <= next(
        one for one in json.loads(said)["findings"] if one["about"] == "snapshot"
    ).items()


def test_a_new_home_is_watched_until_go(hub: Running, tmp_path: Path) -> None:
    file = tmp_path / "berg.yaml"
    porch = "{porch: {when: Vehicle.Speed > 50, then: {home: {Home.Light.Porch: on}}}}"
    file.write_text(f"household: berg\nzone: UTC\nvehicles: [car]\nhomes: [home]\nrules: {porch}\n")
    applied = hub.run("apply", str(file))
    assert "berg/home is new" in applied.stdout and "homeward go berg" in applied.stdout, applied.stderr
    fast = {"node": "berg/car", "readings": {"Vehicle.Speed": 80}}
    assert httpx.post(f"{hub.url}/api/readings", json=fast, headers=hub.changing()).status_code == 202
    eventually(lambda: "Lately" in hub.run("skills", "berg").stdout, True)
    told = hub.run("skills", "berg")
    assert "arrival: only watches" in told.stdout and "rule porch: only watches" in told.stdout, told.stderr
    assert "berg/home Home.Light.Porch = True" in told.stdout
    assert "say which household: lind, berg" in hub.run("go", "arrival").stderr
    assert "no skill 'rule prch'" in hub.run("go", "berg", "rule prch").stderr
    assert hub.run("go", "berg", "rule porch").stdout == "berg: rule porch may act from now on\n"
    eventually(lambda: acting(hub, "berg"), {"arrival": False, "rule porch": True})
    assert hub.run("shadow", "berg").returncode == 0
    eventually(lambda: acting(hub, "berg"), {"arrival": False, "rule porch": False})


def acting(hub: Running, household: str) -> dict[str, bool]:
    """Which skills act."""
    told = json.loads(hub.run("skills", household, "--json").stdout)
    return {one["name"]: one["acts"] for one in told["skills"]}
