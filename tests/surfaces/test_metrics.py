"""The figures for Prometheus: read back by a small parser of the format, and what a real hub says."""

import re
from pathlib import Path

import httpx
from tests.app.conftest import publish, running
from tests.app.test_hub import SPEED, lamp
from tests.waiting import until

from homeward.app.figures import Figures
from homeward.app.serve import make_app
from homeward.surfaces.metrics import Figure, written

LINE = re.compile(r'([a-z_]+)(?:\{((?:[a-z_]+="(?:[^"\\\n]|\\[\\n"])*",?)*)\})? (NaN|-?[0-9.e+-]+)')


def read(text: str) -> dict[str, float]:
    """Samples by name and labels; anything that is not the format fails."""
    assert text.endswith("\n")
    found: dict[str, float] = {}
    told: set[str] = set()
    for line in text.splitlines():
        if line.startswith("# "):
            told.add(line.split()[2])
            continue
        matched = LINE.fullmatch(line)
        assert matched, line
        assert matched[1] in told, "each figure is introduced"
        key = f"{matched[1]}{{{matched[2] or ''}}}"
        assert key not in found, "and told once"
        found[key] = float(matched[3])
    return found


def test_odd_words_and_numbers_are_written_so_that_they_can_be_read() -> None:
    odd = 'a "quoted" back\\slash\nand line'
    samples = [({"place": odd}, 1.5), ({"place": "b"}, float("nan"))]
    text = written([Figure("homeward_trouble", "gauge", "Two\nlines.", samples)])
    assert text.splitlines()[0] == "# HELP homeward_trouble Two\\nlines."
    assert len(read(text)) == 2


async def test_a_hub_tells_its_figures(tmp_path: Path) -> None:
    async with running(tmp_path, (lamp,)) as (hub, households):
        await publish(hub, "homeward/lind/car/readings", {SPEED: 120})
        await publish(hub, "homeward/lind/car/readings", "{garbage")
        await until(lambda: hub.unfit and hub.decisions.of("lind", 1), "both are taken in")
        await hub.checkpoint()
        hub.trouble.say("lind/broker", "it does not answer")
        transport = httpx.ASGITransport(make_app(hub, households, Figures(hub)))
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
            answer = await client.get("/metrics")
            stranger = await client.get("/metrics", headers={"Host": "evil.example"})
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    assert stranger.status_code == 403
    found = read(answer.text)
    assert found["homeward_unfit_total{}"] == 1
    assert found['homeward_commands_total{event="sent"}'] == 1
    assert found['homeward_trouble{place="lind/broker"}'] == 1
    assert found["homeward_messages_total{}"] >= 2
    assert found["homeward_turns_total{}"] >= 2
    assert found["homeward_nodes{}"] == 3
    assert 0 < found["homeward_log_full_ratio{}"] < 0.01
    assert 0 <= found["homeward_checkpoint_age_seconds{}"] < 60
    assert found["homeward_checkpoint_duration_seconds{}"] > 0
    assert found["homeward_history_waiting_rows{}"] == 0
    assert found['homeward_resident_memory_bytes{process="nats"}'] > 1e6
    assert found['homeward_resident_memory_bytes{process="hub"}'] > 1e7
