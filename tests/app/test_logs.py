"""What a hub logs, for people and for programs, and that no secret is ever in it."""

import json
import logging
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from tests.app.conftest import publish, publishing, running
from tests.waiting import until

from homeward.app.figures import Figures
from homeward.app.logs import set_up_logging
from homeward.app.serve import make_app


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    """Logging is as it was afterwards."""
    root, own = logging.getLogger(), logging.getLogger("homeward")
    handlers, level, own_level = root.handlers[:], root.level, own.level
    root.handlers.clear()  # so that they are not closed
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    own.setLevel(own_level)


def test_programs_get_one_object_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    set_up_logging(verbose=True, as_json=True)
    logging.getLogger("homeward.app").info("a car\ncame home")
    try:
        raise ValueError("so it is")
    except ValueError:
        logging.getLogger("homeward.app").exception("it stumbled")
    first, second = (json.loads(line) for line in capsys.readouterr().err.splitlines())
    assert (first["level"], first["where"], first["said"]) == ("info", "homeward.app", "a car\ncame home")
    assert first["at"].endswith("+00:00")
    assert "ValueError: so it is" in second["trace"]


def test_people_get_lines_and_only_what_matters(capsys: pytest.CaptureFixture[str]) -> None:
    set_up_logging(verbose=False)
    logging.getLogger("homeward.app").info("all is well")
    logging.getLogger("homeward.app").warning("the disk is full")
    said = capsys.readouterr().err
    assert said.endswith("WARNING homeward.app: the disk is full\n")
    assert "all is well" not in said


@pytest.mark.parametrize("as_json", [False, True])
def test_what_looks_like_a_secret_is_hidden_whoever_logs_it(capsys: pytest.CaptureFixture[str], as_json: bool) -> None:
    set_up_logging(verbose=True, as_json=as_json)
    other = logging.getLogger("some.library")
    other.warning("cannot connect to mqtt://ada:hunter2@broker")
    other.warning("Authorization: Bearer hunter2 was wrong")
    other.warning("%s", {"user": "ada", "password": "hunter2"})
    try:
        raise OSError("token=hunter2")
    except OSError:
        other.exception("failed")
    said = capsys.readouterr().err
    assert "hunter2" not in said
    assert said.count("(secret)") >= 4


async def test_a_talkative_hub_tells_no_secret_to_log_health_or_metrics(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    set_up_logging(verbose=True)
    logging.getLogger().setLevel(logging.DEBUG)
    async with running(tmp_path, guests=False) as (hub, households):
        given = await households.add_device("lind/car")
        own = ("-u", str(given["user"]), "-P", str(given["password"]))
        await publish(hub, str(given["topic"]), {"Vehicle.Speed": 30}, *own)
        await publish(hub, str(given["topic"]), {"Vehicle.Speed": "a word"}, *own)
        await publishing(hub, str(given["topic"]), "{}", "-u", "lind-car", "-P", "a wrong password")
        await until(lambda: hub.unfit, "something to complain of")
        hub.bus.server._process.kill()  # type: ignore[union-attr]
        await until(lambda: hub.bus.server.deaths, "something worse")
        await hub.bus.server_is_back()
        await households.remove_device("lind/car")
        transport = httpx.ASGITransport(make_app(hub, households, Figures(hub)))
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
            answers = [await client.get(path) for path in ("/api/health", "/metrics", "/api/households")]
        secrets = [str(given["password"]), hub.bus.server.hub_password, (tmp_path / "api-token").read_text()]
    said = capsys.readouterr().err
    assert [answer.status_code for answer in answers] == [200, 200, 200]
    assert "nats-server ended" in said, "it did log"
    for secret in secrets:
        assert len(secret) > 20
        assert secret not in said
        assert not any(secret in answer.text for answer in answers)
        assert secret not in (tmp_path / "bus" / "nats.log").read_text()
