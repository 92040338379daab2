"""A hub learns from its cars' drives: the way is matched, the household's drive times are kept and used again."""

from pathlib import Path

import numpy as np
from tests.app.conftest import publish
from tests.app.test_roadmap import hub_with, pack  # noqa: F401
from tests.waiting import until

from homeward.app.cars import Cars
from homeward.app.consumption import CHARGE, Learner
from homeward.app.drives import PARKED_S, Drives
from homeward.app.hub import Hub
from homeward.models.eta import DriveTimes
from homeward.models.roads.guide import Guide
from homeward.models.roads.match import Matched
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
        drives = Drives(hub, roadmap.guide, tmp_path / "hub", Learner(hub, Cars.of_hub(hub), roadmap.network))
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
        again = Drives(hub, Guide(roadmap.guide.roads), tmp_path / "hub", drives.learner)
        assert again.guide.times["lind"].drives == learned.drives
        assert roadmap.guide.profile.known and again.guide.profile.state() == roadmap.guide.profile.state()
        roadmap._reckon()
        assert roadmap.guide.probes.fewest == 1, "of a household alone nothing can leak"


async def test_a_car_that_drives_is_not_over_and_one_elsewhere_teaches_nothing(pack: Path, tmp_path: Path) -> None:  # noqa: F811
    async with hub_with(pack, tmp_path / "hub") as (hub, roadmap, _):
        drives = Drives(hub, roadmap.guide, tmp_path / "hub", Learner(hub, Cars.of_hub(hub), roadmap.network))
        place = {"Vehicle.CurrentLocation.Latitude": 50.0, "Vehicle.CurrentLocation.Longitude": 8.0}
        for k in range(5):
            moved = {name: value + k * 0.001 for name, value in place.items()}
            await publish(hub, "homeward/lind/car/readings", {**moved, "Vehicle.Speed": 50.0})
        await until(lambda: hub.circle.twin.get("lind/car", "Vehicle.Speed")[0] == 50.0, "it drives")
        assert drives._parked() == [] and "lind/car" in drives.moved
        await drives._learn("lind/car", hub.clock.now() - 100.0, hub.clock.now())
        assert roadmap.guide.times == {}


async def charged(hub: Hub, told: dict[float, float]) -> None:
    """The car's charge, percent, some seconds ago."""
    now = hub.clock.now()
    for ago, percent in told.items():
        await publish(hub, "homeward/lind/car/readings", {"at": now - ago, CHARGE: percent})
    last = list(told.values())[-1]
    await until(lambda: hub.circle.twin.get("lind/car", CHARGE)[0] == last, "the charge is known")
    await hub.checkpoint()


async def test_what_a_car_took_is_learned_from_its_charge_and_kept(pack: Path, tmp_path: Path) -> None:  # noqa: F811
    async with hub_with(pack, tmp_path / "hub") as (hub, roadmap, _):
        cars, network = Cars.of_hub(hub), roadmap.network
        learner = Learner(hub, cars, network)
        arcs = np.tile(np.arange(network.arcs), 3)  # some 23 km round the town
        took = network.seconds(arcs)
        matched = Matched(arcs, np.zeros(len(arcs)), took, 1.0, 5.0)
        now = hub.clock.now()
        assert not learner.learn("lind/car", matched, now - 900.0, now - 300.0), "which car it is is not known"
        model = {"Vehicle.VehicleIdentification.Brand": "Dacia", "Vehicle.VehicleIdentification.Model": "Spring"}
        await publish(hub, "homeward/lind/car/readings", model)
        await charged(hub, {900.0: 80.0, 600.0: 73.0, 300.0: 66.0})
        vehicle = cars.vehicle("lind/car")
        row = learner._row("lind/car", vehicle, matched)
        usual = cars.consumption("lind/car").predict_one(row)[0]
        kwh = 0.14 * vehicle.usable_kwh
        assert kwh > 1.2 * usual, "it takes more than usual"
        assert learner.learn("lind/car", matched, now - 900.0, now - 300.0)
        assert usual < cars.learned["lind/car"].predict_one(row)[0] < kwh
        assert not learner.learn("lind/car", matched, now - 650.0, now - 550.0), "nothing was told in it but once"
        again = Learner(hub, Cars.of_hub(hub), network)
        again.cars.restore()
        assert again.cars.learned["lind/car"].predict_one(row) == cars.learned["lind/car"].predict_one(row)
        assert cars.wish("lind/home", "lind/car").takes is cars.learned["lind/car"]
        await hub.checkpoint()
        seen = Cars.last_seen(tmp_path / "hub").wish("lind/home", "lind/car")
        assert (seen.charge, seen.vehicle) == (66.0, vehicle), "the command line finds the same"
        assert seen.takes.predict_one(row) == cars.learned["lind/car"].predict_one(row)


async def test_short_drives_are_added_up_and_a_charge_in_between_begins_anew(pack: Path, tmp_path: Path) -> None:  # noqa: F811
    async with hub_with(pack, tmp_path / "hub") as (hub, roadmap, _):
        learner = Learner(hub, Cars.of_hub(hub), roadmap.network)
        arcs = np.tile(np.arange(roadmap.network.arcs), 2)
        matched = Matched(arcs, np.zeros(len(arcs)), roadmap.network.seconds(arcs), 1.0, 5.0)
        await publish(hub, "homeward/lind/car/readings", {"Vehicle.VehicleIdentification.Model": "Spring"})
        await charged(hub, {5000.0: 80.0, 4600.0: 76.0, 4000.0: 76.0, 3500.0: 73.0, 3000.0: 72.0, 2500.0: 90.0})
        now = hub.clock.now()
        assert not learner.learn("lind/car", matched, now - 4900.0, now - 4700.0)
        assert learner.fell["lind/car"].percent == 4.0
        assert not learner.learn("lind/car", matched, now - 2900.0, now - 2600.0), "it was charged"
        assert "lind/car" not in learner.fell
        assert not learner.learn("lind/car", matched, now - 4900.0, now - 4700.0)
        assert learner.learn("lind/car", matched, now - 3950.0, now - 3550.0), "four and three percent are enough"
