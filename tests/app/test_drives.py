"""A hub learns from its cars' drives: the way is matched, the household's drive times are kept and used again."""

from pathlib import Path

import numpy as np
from tests.app.conftest import publish
from tests.app.test_roadmap import hub_with, pack  # noqa: F401
from tests.waiting import until

from homeward.app.drives import PARKED_S, Drives
from homeward.app.hub import Hub
from homeward.models.eta import DriveTimes
from homeward.models.roads.guide import Guide
from homeward.models.roads.trip import Place

HERE, AWAY = (0.0, 0.002), (0.005, 0.002)


async def drive(hub: Hub, guide: Guide, slower: float, ended: float) -> None:
    """Round the block, so many times slower than free flow, ended so many seconds ago."""
    trip = guide.plan(*HERE, float("nan"), Place(*AWAY))
    assert trip
    began = hub.clock.now() - ended - trip.seconds * slower
    for passed in np.arange(0.0, trip.seconds, 2.0).tolist():
        lat, lon = (float(np.interp(passed, trip.passed_s, trip.points[:, k])) for k in (0, 1))
        said = {"Vehicle.CurrentLocation.Latitude": lat, "Vehicle.CurrentLocation.Longitude": lon}
        await publish(hub, "homeward/lind/car/readings", {"at": began + passed * slower, **said, "Vehicle.Speed": 20.0})
    stands = {"at": began + trip.seconds * slower, "Vehicle.Speed": 0.0}
    await publish(hub, "homeward/lind/car/readings", stands)
    await until(lambda: hub.circle.twin.get("lind/car", "Vehicle.Speed")[0] == 0.0, "it stands")


async def test_a_drive_that_is_over_teaches_the_households_times(pack: Path, tmp_path: Path) -> None:  # noqa: F811
    async with hub_with(pack, tmp_path / "hub") as (hub, roadmap, _):
        drives = Drives(hub, roadmap.guide, tmp_path / "hub")
        await drive(hub, roadmap.guide, 3.0, PARKED_S + 20.0)
        drives.began["lind/car"], drives.moved["lind/car"] = (
            hub.clock.now() - ago for ago in (2000.0, PARKED_S + 20.0)
        )
        ((car, since, until_s),) = drives._parked()
        await drives._learn(car, since, until_s)
        learned = roadmap.guide.times["lind"]
        assert len(learned.drives) == 1
        usual, ours = (one.longer for one in (DriveTimes(), learned))
        assert (ours >= usual - 1e-9).all() and (ours > usual + 0.05).any(), "it drove slowly"
        again = Drives(hub, Guide(roadmap.guide.roads), tmp_path / "hub")
        assert again.guide.times["lind"].drives == learned.drives


async def test_a_car_that_drives_is_not_over_and_one_elsewhere_teaches_nothing(pack: Path, tmp_path: Path) -> None:  # noqa: F811
    async with hub_with(pack, tmp_path / "hub") as (hub, roadmap, _):
        drives = Drives(hub, roadmap.guide, tmp_path / "hub")
        place = {"Vehicle.CurrentLocation.Latitude": 50.0, "Vehicle.CurrentLocation.Longitude": 8.0}
        for k in range(5):
            moved = {name: value + k * 0.001 for name, value in place.items()}
            await publish(hub, "homeward/lind/car/readings", {**moved, "Vehicle.Speed": 50.0})
        await until(lambda: hub.circle.twin.get("lind/car", "Vehicle.Speed")[0] == 50.0, "it drives")
        assert drives._parked() == [] and "lind/car" in drives.moved
        await drives._learn("lind/car", hub.clock.now() - 100.0, hub.clock.now())
        assert roadmap.guide.times == {}
