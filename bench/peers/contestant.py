"""A hub with so many households, each a car on `car/<i>/telemetry` that is answered on `home/<i>/climate/set`.

    python -m bench.peers.contestant --mqtt 127.0.0.1:1883 --cars 100

Nothing of it is made for the harness: a user's template, a user's rule, an `mqtt` connector a household, and
`homeward up` with its durable log and history on. It runs until it is ended.
"""

import argparse
import os
import re
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

from homeward.surfaces.remote import Remote

ROOT = Path(__file__).parents[2]
HOUSEHOLD = """
household: h{i}
zone: UTC
vehicles: [car]
homes:
  home:
    acting: all
connectors:
  broker:
    {way}
    templates:
      - node: car
        topics:
          car/{i}/telemetry:
            readings:
              Vehicle.Speed: speed
              Vehicle.Powertrain.TractionBattery.StateOfCharge.Current: soc
              Vehicle.DistanceToHome: {{field: dist, unit: km}}
              Vehicle.CurrentLocation.Latitude: lat
              Vehicle.CurrentLocation.Longitude: lon
              Vehicle.TraveledDistance: odo
              Vehicle.Cabin.HVAC.AmbientAirTemperature: tin
              Vehicle.Exterior.AirTemperature: tout
              Vehicle.Powertrain.TractionBattery.CurrentPower: pw
      - node: home
        commands:
          Home.Climate.TargetTemperature: {{topic: home/{i}/climate/set, payload: {{target: "{{value}}"}}}}
rules:
  warm:
    while: Vehicle.DistanceToHome < 5 km
    then:
      home: {{Home.Climate.TargetTemperature: 21 °C}}
"""


OUTSIDE = "kind: mqtt\n    host: {host}\n    port: {port}"
"""How a household's connector reaches a broker that is there already; with `kind: door` it is the hub's own."""


def started(folder: Path, *further: str) -> tuple["subprocess.Popen[str]", str, int]:
    """A hub on free ports, the address of its API, and the port of its MQTT broker."""
    command = [sys.executable, "-m", "homeward", "up", "--folder", str(folder)]
    command += ["--port", "0", "--mqtt-port", "0", "--nats-port", "0", *further]
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "src")}
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment)
    assert process.stdout
    line = process.stdout.readline()
    found = re.search(r"(http://[\w.:]+).*MQTT on [\d.]+:(\d+)", line)
    if not found:
        raise SystemExit(f"the hub did not start: {line}")
    return process, found[1], int(found[2])


def apply(address: str, folder: Path, cars: int, way: str) -> None:
    """Apply a household for each car, with a connector of that kind."""
    remote = Remote(address, folder)
    for i in range(1, cars + 1):
        file = folder / f"h{i}.yaml"
        file.write_text(HOUSEHOLD.format(i=i, way=way))
        remote.apply(file)


def main() -> None:
    """Start the hub, apply a household a car, and wait for the end."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mqtt", default="127.0.0.1:1883")
    parser.add_argument("--cars", type=int, default=100)
    asked = parser.parse_args()
    host, _, port = asked.mqtt.rpartition(":")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    with tempfile.TemporaryDirectory() as folder:
        process, address, _ = started(Path(folder))
        try:
            apply(address, Path(folder), asked.cars, OUTSIDE.format(host=host, port=port))
            process.wait()
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(30)


if __name__ == "__main__":
    main()
