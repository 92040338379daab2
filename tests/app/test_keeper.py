"""A hub keeps what it knows soon after much has come, and less often while it is quiet."""

import asyncio
from pathlib import Path

import pytest
from tests.app.conftest import running
from tests.waiting import until

from homeward.app import keeper


async def test_little_waits_for_its_time_and_much_does_not(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keeper, "CHECKPOINT_S", 0.01)
    monkeypatch.setattr(keeper, "QUIET_S", 1e9)
    monkeypatch.setattr(keeper, "FEW_ROWS", 20)
    async with running(tmp_path) as (hub, _):
        await until(lambda: hub.keeper.kept_at > 0, "the first is kept at once")
        await hub.checkpoint()
        kept, applied = hub.keeper.kept_at, hub.applied
        await hub.tell_readings("lind/car", {"Vehicle.Speed": 30.0}, "readings")
        await until(lambda: hub.applied > applied, "it was read")
        await asyncio.sleep(0.2)
        assert hub.keeper.kept_at == kept
        for speed in range(20):
            await hub.tell_readings("lind/car", {"Vehicle.Speed": float(speed)}, "readings")
        await until(lambda: hub.keeper.kept_at > kept, "much is kept soon")
        monkeypatch.setattr(keeper, "QUIET_S", 0.0)
        kept = hub.keeper.kept_at
        await hub.tell_readings("lind/car", {"Vehicle.Speed": 31.0}, "readings")
        await until(lambda: hub.keeper.kept_at > kept, "little is kept when its time has come")
