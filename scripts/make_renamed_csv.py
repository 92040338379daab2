"""Writes the table of older VSS names and what they are called in VSS 6.0.

    python scripts/make_renamed_csv.py src/homeward/core/words/vehicle.csv > renamed.csv

A name is here only if its value means the same today: same type, unit and sense. So these are left out on purpose:
`Vehicle.TravelledDistance` (kilometres then, metres now), a seat's `IsOccupied` and `ChargePortFlap` (another type),
and most of `Vehicle.OBD`, which 6.0 dropped. Sources: VSS's change log for 3.0 to 6.0 and the deprecation notes in 5.1.
Left and right became driver's and passenger's side in 4.0; older names are read as in a car with its wheel on the left.
"""

import csv
import re
import sys
from collections.abc import Iterator
from pathlib import Path

P = "Vehicle.Powertrain."
C = P + "CombustionEngine."
LIGHTS = "Vehicle.Body.Lights."

SINGLE = {
    "Vehicle.OBD.Speed": "Vehicle.Speed",
    "Vehicle.OBD.EngineSpeed": C + "Speed",
    C + "ECT": C + "EngineCoolant.Temperature",
    C + "EOT": C + "EngineOil.Temperature",
    C + "EngineCoolantCapacity": C + "EngineCoolant.Capacity",
    C + "EngineOilCapacity": C + "EngineOil.Capacity",
    C + "EngineOilLevel": C + "EngineOil.Level",
    C + "OilLifeRemaining": C + "EngineOil.LifeRemaining",
    P + "ElectricMotor.CoolantTemperature": P + "ElectricMotor.EngineCoolant.Temperature",
    P + "FuelSystem.Level": P + "FuelSystem.RelativeLevel",
    P + "Battery.StateOfCharge.Current": P + "TractionBattery.StateOfCharge.Current",
    P + "Battery.StateOfCharge.Displayed": P + "TractionBattery.StateOfCharge.Displayed",
    LIGHTS + "IsBackupOn": LIGHTS + "Backup.IsOn",
    LIGHTS + "IsFrontFogOn": LIGHTS + "Fog.Front.IsOn",
    LIGHTS + "IsHazardOn": LIGHTS + "Hazard.IsSignaling",
    LIGHTS + "IsHighBeamOn": LIGHTS + "Beam.High.IsOn",
    LIGHTS + "IsLeftIndicatorOn": LIGHTS + "DirectionIndicator.Left.IsSignaling",
    LIGHTS + "IsLowBeamOn": LIGHTS + "Beam.Low.IsOn",
    LIGHTS + "IsParkingOn": LIGHTS + "Parking.IsOn",
    LIGHTS + "IsRearFogOn": LIGHTS + "Fog.Rear.IsOn",
    LIGHTS + "IsRightIndicatorOn": LIGHTS + "DirectionIndicator.Right.IsSignaling",
    LIGHTS + "IsRunningOn": LIGHTS + "Running.IsOn",
    "Vehicle.Cabin.Lights.IsDomeOn": "Vehicle.Cabin.Light.IsDomeOn",
    "Vehicle.Cabin.Lights.IsGloveBoxOn": "Vehicle.Cabin.Light.IsGloveBoxOn",
}
"""Names that changed one by one."""

SEAT = r"(Vehicle\.Cabin\.Seat\.Row\d\.(?:DriverSide|Middle|PassengerSide))\."
DOOR = (
    r"(IsChildLockActive|IsLocked|IsOpen|Shade\.Position|Shade\.Switch|Window\.IsOpen|Window\.Position|Window\.Switch)"
)
RULES = [
    # 5.1 -> 6.0: the switches of a seat stand with what they move; its deprecation notes give each new name.
    (SEAT + r"Is((?!Increase|Decrease)\w+)SwitchEngaged", r"\1.Switch.Is\2Engaged"),
    (SEAT + r"Backrest\.IsRecline(\w+)SwitchEngaged", r"\1.Switch.Backrest.IsRecline\2Engaged"),
    (SEAT + r"Backrest\.IsLumbar(Up|Down)SwitchEngaged", r"\1.Switch.Backrest.Lumbar.Is\2Engaged"),
    (
        SEAT + r"Backrest\.Is(More|Less)(Lumbar|SideBolster)SupportSwitchEngaged",
        r"\1.Switch.Backrest.\3.Is\2SupportEngaged",
    ),
    (SEAT + r"(Headrest|Seating)\.Is(\w+)SwitchEngaged", r"\1.Switch.\2.Is\3Engaged"),
    (SEAT + r"Is(Increase|Decrease)MassageLevelSwitchEngaged", r"\1.Switch.Massage.Is\2Engaged"),
    (SEAT + r"Backrest\.(Lumbar|SideBolster)(Height|Support)", r"\1.Backrest.\2.\3"),
    (SEAT + r"Massage\.Level", r"\1.MassageLevel"),
    (SEAT + r"Massage\.Level", r"\1.Massage"),
    (SEAT + r"Massage\.Status", r"\1.MassageStatus"),
    (SEAT + r"Massage\.IsAvailable", r"\1.HasMassageCapability"),
    (r"Vehicle\.Occupant\.(Row\d\.\w+)\.Identifier\.(\w+)", r"Vehicle.Cabin.Seat.\1.Occupant.Identifier.\2"),
    # 4.0 -> 5.0: one heating and cooling signal (the same -100 to 100), and charging ports counted one by one.
    (SEAT + r"HeatingCooling", r"\1.Heating"),
    (r"(Vehicle\..*\.Charging)\.ChargingPort\.AnyPosition\.(IsChargingCable\w+)", r"\1.\2"),
    # 3.1 -> 4.0: sides are the driver's and the passenger's.
    (r"(Vehicle\.Cabin\.Door\.Row\d)\.DriverSide\." + DOOR, r"\1.Left.\2"),
    (r"(Vehicle\.Cabin\.Door\.Row\d)\.PassengerSide\." + DOOR, r"\1.Right.\2"),
    (r"(Vehicle\.Body\.Mirrors)\.DriverSide\.(IsHeatingOn|Pan|Tilt)", r"\1.Left.\2"),
    (r"(Vehicle\.Body\.Mirrors)\.PassengerSide\.(IsHeatingOn|Pan|Tilt)", r"\1.Right.\2"),
    (r"(Vehicle\.Cabin\.HVAC\.Station\.Row\d)\.Driver\.(.+)", r"\1.Left.\2"),
    (r"(Vehicle\.Cabin\.HVAC\.Station\.Row\d)\.Passenger\.(.+)", r"\1.Right.\2"),
    (r"(Vehicle\.Cabin\.Seat\.Row\d)\.DriverSide\.(IsBelted|Position|Height|Tilt)", r"\1.Pos1.\2"),
    (r"(Vehicle\.Cabin\.Seat\.Row\d)\.Middle\.(IsBelted|Position|Height|Tilt)", r"\1.Pos2.\2"),
    (r"(Vehicle\.Cabin\.Seat\.Row\d)\.PassengerSide\.(IsBelted|Position|Height|Tilt)", r"\1.Pos3.\2"),
]
"""Patterns of today's path and the older name each had."""


def older(path: str) -> Iterator[str]:
    """What one of today's paths used to be called, by the rules.

    >>> list(older("Vehicle.Cabin.Door.Row2.PassengerSide.IsOpen"))
    ['Vehicle.Cabin.Door.Row2.Right.IsOpen']
    """
    for pattern, name in RULES:
        if re.fullmatch(pattern, path):
            yield re.sub(pattern, name, path)


def pairs(paths: list[str]) -> Iterator[tuple[str, str]]:
    """Every (old, new) that leads to one of `paths` and hides none. Raises ValueError where one leads nowhere."""
    known = set(paths)
    for old, new in SINGLE.items():
        if new not in known:
            raise ValueError(f"{old} leads to {new}, which does not exist")
        yield old, new
    for new in paths:
        yield from ((old, new) for old in older(new) if old not in known)


def main() -> None:
    """Read the table named on the command line and print the older names."""
    with Path(sys.argv[1]).open(encoding="utf-8") as table:
        paths = [row["path"] for row in csv.DictReader(table)]
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(("old", "new"))
    writer.writerows(sorted(pairs(paths)))


if __name__ == "__main__":
    main()
