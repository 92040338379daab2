"""Learns what the home does with heat from its own readings, and keeps it as signals for others to plan with."""

import json
from collections.abc import Iterator
from math import isfinite

from homeward.core.signal import Command, Kind, Reading
from homeward.core.skill import View, skill
from homeward.core.when import signal
from homeward.models.kept import heat_model, heating_level, outdoor_now

OFTEN_S = 50.0
STALE_S = 3600.0


@skill(
    kind=Kind.HOME,
    when=[
        signal("Home.Climate.IndoorTemperature").changes(),
        signal("Home.Climate.HeatingLevel").changes(),
        signal("Home.Climate.CoolingLevel").changes(),
    ],
)
def climate_model(home: View) -> Iterator[Command | Reading]:
    """Learn the home's heat loss, heat-up rate and dead time from each reading of its climate."""
    if home.age("Home.Climate.Model.State") < OFTEN_S:
        return
    indoor, outdoor = home.number("Home.Climate.IndoorTemperature"), outdoor_now(home)
    if not isfinite(indoor) or home.age("Home.Climate.IndoorTemperature") > STALE_S:
        return
    if home["Home.Climate.CoolingLevel"] is not None:
        cooling = heat_model(home, cooling=True)
        cooling.learn_one(home.now, -indoor, -outdoor, home.number("Home.Climate.CoolingLevel") / 100.0)
        yield home.reading("Home.Climate.Model.CoolingState", json.dumps(cooling.state(), separators=(",", ":")))
    heating = heat_model(home)
    heating.learn_one(home.now, indoor, outdoor, heating_level(home))
    yield home.reading("Home.Climate.Model.State", json.dumps(heating.state(), separators=(",", ":")))
    yield home.reading("Home.Climate.Model.HeatLoss", round(heating.heat_loss_per_h, 5))
    yield home.reading("Home.Climate.Model.HeatUpRate", round(heating.heat_up_k_per_h, 4))
    yield home.reading("Home.Climate.Model.DeadTime", round(heating.dead_time_s))
    yield home.reading("Home.Climate.Model.Sureness", round(100.0 * heating.sureness, 1))
