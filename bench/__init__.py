"""Measurements of speed and size; figures, never tests. Each runs as `python -m bench.circle`, all by `make bench`."""

PATHS = [
    "Vehicle.Speed",
    "Vehicle.CurrentLocation.Latitude",
    "Vehicle.CurrentLocation.Longitude",
    "Vehicle.CurrentLocation.Heading",
    "Vehicle.Powertrain.TractionBattery.StateOfCharge.Current",
    "Vehicle.Exterior.AirTemperature",
    "Vehicle.TraveledDistance",
    "Vehicle.Chassis.SteeringWheel.Angle",
    "Vehicle.Powertrain.TractionBattery.CurrentVoltage",
    "Vehicle.Powertrain.TractionBattery.CurrentCurrent",
]
"""The ten signals of the messages that are measured with."""
