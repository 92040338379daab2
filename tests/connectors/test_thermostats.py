"""Thermostats on Zigbee2MQTT, whose set point goes by two names."""

import json
from collections.abc import Callable

from tests.connectors.conftest import published, told

from homeward.connectors.mqtt.translate import Translator

Make = Callable[..., Translator]


def test_zigbee2mqtt_thermostat_with_spaces_in_its_name(translator: Make) -> None:
    valve = translator("{use: zigbee2mqtt-thermostat, node: bedroom, name: Bedroom TRV}")
    message = {
        "battery": 90, "child_lock": "UNLOCK", "last_seen": "2024-11-22T20:26:40+02:00", "linkquality": 83,
        "local_temperature": 19.4, "occupied_heating_setpoint": 21.5, "pi_heating_demand": 34, "running_state": "heat",
        "system_mode": "heat", "update": {"installed_version": -1, "state": None},
    }  # fmt: skip
    [(_, readings, at)] = valve.hear("zigbee2mqtt/Bedroom TRV", json.dumps(message).encode())
    assert at == 1732300000.0
    assert readings == {
        "Room.Climate.Temperature": 19.4,
        "Room.Climate.TargetTemperature": 21.5,
        "Room.Climate.HeatingLevel": 34.0,
    }
    tuya = told(
        valve, "zigbee2mqtt/Bedroom TRV", '{"current_heating_setpoint": 13.5, "local_temperature": 14, "position": 0}'
    )
    assert tuya["Room.Climate.TargetTemperature"] == 13.5
    assert published(valve, "bedroom", "Room.Climate.TargetTemperature", 21.0) == [
        ("zigbee2mqtt/Bedroom TRV/set", '{"occupied_heating_setpoint":21}')
    ]


def test_zigbee2mqtt_thermostat_is_set_by_the_name_that_it_has_for_its_set_point(translator: Make) -> None:
    tuya = translator("{use: zigbee2mqtt-thermostat, node: bedroom, name: TRV, setpoint: current_heating_setpoint}")
    assert published(tuya, "bedroom", "Room.Climate.TargetTemperature", 21.0) == [
        ("zigbee2mqtt/TRV/set", '{"current_heating_setpoint":21}')
    ]
    both = '{"occupied_heating_setpoint": 13.5, "current_heating_setpoint": 21}'
    assert told(tuya, "zigbee2mqtt/TRV", both) == {"Room.Climate.TargetTemperature": 21.0}


def test_zigbee2mqtt_thermostat_of_a_whole_home(translator: Make) -> None:
    wall = translator("{use: zigbee2mqtt-thermostat, node: home, name: hall/wall thermostat}")
    readings = told(
        wall, "zigbee2mqtt/hall/wall thermostat", '{"local_temperature": 20.1, "system_mode": "emergency_heating"}'
    )
    assert readings == {"Home.Climate.IndoorTemperature": 20.1}, "a mode we do not know is passed over"
    assert published(wall, "home", "Home.Heating.Mode", "off") == [
        ("zigbee2mqtt/hall/wall thermostat/set", '{"system_mode":"off"}')
    ]
