"""What may be done with every actuator there is: the table that settle is held to. A new actuator needs a line here."""

_V, _CABIN, _BODY = "Vehicle.", "Vehicle.Cabin.", "Vehicle.Body."
_SEAT, _DOOR = _CABIN + "Seat.Row?.*.", _CABIN + "Door.Row?.*Side."
_BATTERY = "Vehicle.Powertrain.TractionBattery."
_PLACED_BY_SEAT = ("Position", "Height", "Tilt", "SeatBeltHeight", "Seating.Is*", "Seating.Length", "Seating.Side*")
_SEAT_SWITCHES = ("Backward", "Forward", "Down", "Up", "TiltBackward", "TiltForward")
_BACKREST = ("*Lumbar*", "Is*BolsterSupportSwitchEngaged", "IsRecline*", "Recline", "SideBolster*", "UpperShoulder*")

_COMFORT = [
    _CABIN + "HVAC.*",
    _CABIN + "Infotainment.Navigation.*",
    _CABIN + "Infotainment.Media.*",
    _CABIN + "Light.AmbientLight.*",
    _CABIN + "Light.InteractiveLightBar.*",
    _SEAT + "HeatingCooling",
    "Vehicle.Chassis.SteeringWheel.HeatingCooling",
    _BODY + "Mirrors.*.IsHeatingOn",
    _BODY + "Windshield.*.IsHeatingOn",
]
_PARKED = [
    _BATTERY + "Charging.ChargeLimit",
    _BATTERY + "Charging.StartStopCharging",
    _BATTERY + "Charging.Timer.*",
    _BATTERY + "BatteryConditioning.*",
    *(
        _BODY + f"Lights.{lamp}.*"
        for lamp in ("Beam", "DirectionIndicator", "Hazard", "LicensePlate", "Parking", "Running")
    ),
    _BODY + "Horn.IsActive",
    *(_BODY + f"Mirrors.*.{move}" for move in ("IsFolded", "Pan", "Tilt", "Yaw")),
    _BODY + "Trunk.*.IsLightOn",
    _DOOR + "Shade.*",
    _CABIN + "RearShade.*",
    _CABIN + "Sunroof.Shade.*",
    *(_CABIN + f"Light.{lamp}" for lamp in ("IsDomeOn", "IsGloveBoxOn", "Spotlight.*")),
    *(_CABIN + f"Infotainment.{part}.*" for part in ("HMI", "SmartphoneProjection", "SmartphoneScreenMirroring")),
    *(_SEAT + one for one in ("Massage.*", "Is*MassageLevelSwitchEngaged", "NeckScarf.FanSpeed")),
    *(_SEAT + one for one in ("IsWarmerSwitchEngaged", "IsCoolerSwitchEngaged")),
]
_KEPT_SHUT_BY_TRUE = [
    _BATTERY + "Charging.ChargingPort.*.IsChargingCableLocked",
    _BODY + "Mirrors.*.IsLocked",
    _BODY + "Trunk.*.IsLocked",
    _DOOR + "IsLocked",
    _CABIN + "IsWindowChildLockEngaged",
    "Home.Security.IsArmed",
    "Home.Door.Front.IsLocked",
    "Device.IsLocked",
]
_KEPT_SHUT_BY_FALSE = [
    _BATTERY + "Charging.ChargingPort.*.IsFlapOpen",
    "Vehicle.Powertrain.FuelSystem.IsFuelPortFlapOpen",
    _BODY + "Hood.IsOpen",
    _BODY + "Trunk.*.IsOpen",
    _DOOR + "IsOpen",
    _DOOR + "Window.IsOpen",
    "Home.Door.Garage.IsOpen",
]
_KEPT_SHUT_BY_ZERO = [
    _BODY + "Hood.Position",
    _BODY + "Trunk.*.Position",
    _DOOR + "Position",
    _DOOR + "Window.Position",
]
_KEPT_SHUT_BY_WORD = [
    _BODY + "Hood.Switch",
    _BODY + "Trunk.*.Switch",
    _DOOR + "Switch",
    _DOOR + "Window.Switch",
    _CABIN + "Sunroof.Switch",
]
_MOVES = [
    *(_CABIN + f"Seat.Row?.*Side.{part}" for part in _PLACED_BY_SEAT),
    *(_CABIN + f"Seat.Row?.Middle.{part}" for part in _PLACED_BY_SEAT),
    *(_CABIN + f"Seat.Row?.*Side.Is{switch}SwitchEngaged" for switch in _SEAT_SWITCHES),
    *(_CABIN + f"Seat.Row?.Middle.Is{switch}SwitchEngaged" for switch in _SEAT_SWITCHES),
    *(_SEAT + f"Backrest.{part}" for part in _BACKREST),
    _SEAT + "Headrest.*",
    "Vehicle.Chassis.SteeringWheel.Extension",
    "Vehicle.Chassis.SteeringWheel.Tilt",
]
_DRIVER = [
    "Vehicle.ADAS.*",
    "Vehicle.MotionManagement.*",
    "Vehicle.Powertrain.Transmission.*",
    "Vehicle.Chassis.ParkingBrake.*",
    "Vehicle.TripMeterReading",
    *(_BODY + f"Lights.{lamp}" for lamp in ("Backup.*", "Brake.*", "Fog.*", "IsHighBeamSwitchOn", "LightSwitch")),
    _BODY + "RearMainSpoilerPosition",
    _BODY + "Windshield.*.Wiping.*",
    _CABIN + "RearviewMirror.DimmingLevel",
    *(
        f"Vehicle{part}.{power}"
        for part in ("", ".Body", ".Cabin", ".Cabin.Infotainment", ".Powertrain")
        for power in ("IsAutoPowerOptimize", "PowerOptimizeLevel")
    ),
]
_FREE = [
    "Home.Climate.TargetTemperature",
    "Home.Heating.Mode",
    "Home.Light.*",
    "Room.Climate.TargetTemperature",
    "Room.Light.*",
    "Room.Cover.Position",  # a blind or a curtain; doors, gates and windows have names of their own
    "Person.Message",
    "Device.IsOn",
    "Device.Level",
    "Device.Message",
]

MAY: list[tuple[str, str]] = [
    (pattern, may)
    for may, patterns in {
        "comfort": _COMFORT,
        "parked": _PARKED,
        "kept shut by true": _KEPT_SHUT_BY_TRUE,
        "kept shut by false": _KEPT_SHUT_BY_FALSE,
        "kept shut by zero": _KEPT_SHUT_BY_ZERO,
        "kept shut by a word": _KEPT_SHUT_BY_WORD,
        "moves": _MOVES,
        "driver": _DRIVER,
        "free": _FREE,
    }.items()
    for pattern in patterns
]
"""(pattern, what may be done). `comfort`: always; `parked`: by anybody while the vehicle stands; `kept shut by …`:
parked (if a vehicle), and other values need a present person; `moves`: parked and a present person; `driver`: never;
`free`: always."""

SAFE: dict[str, tuple[object, ...]] = {
    "kept shut by true": (True,),
    "kept shut by false": (False,),
    "kept shut by zero": (0,),
    "kept shut by a word": ("INACTIVE", "CLOSE", "ONE_SHOT_CLOSE"),
}
"""The values that need nobody there."""
