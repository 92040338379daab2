"""Every template that is shipped, with the messages that those projects really publish, and what they take back."""

import json
from collections.abc import Callable

import pytest
from tests.connectors.conftest import published, told

from homeward.connectors.mqtt.library import Library
from homeward.connectors.mqtt.translate import Translator
from homeward.core.vocabulary import Vocabulary, encode

Make = Callable[..., Translator]
BATTERY = "Vehicle.Powertrain.TractionBattery"


def test_every_shipped_template_is_right(vocabulary: Vocabulary) -> None:
    library = Library(vocabulary)
    names = library.names()
    assert len(names) >= 18
    for name in names:
        template = library.get(name)
        assert template is not None and template.about and template.kinds(), name


def test_owntracks_tells_where_a_person_is_and_when(translator: Make) -> None:
    phone = translator("{use: owntracks, node: ada, user: ada}")
    assert phone.filters == ["owntracks/ada/+"]
    message = {
        "_type": "location", "BSSID": "aa:bb", "acc": 12, "alt": 20, "batt": 81, "bs": 1, "conn": "w",
        "created_at": 1732300010, "lat": 60.1841, "lon": 24.9497, "tid": "ad", "tst": 1732300000, "vac": 3, "vel": 0,
        "inregions": ["Home"],
    }  # fmt: skip
    [(node, readings, at)] = phone.hear("owntracks/ada/pixel", json.dumps(message).encode())
    assert (node, at) == ("lind/ada", 1732300000.0)
    assert readings == {
        "Person.CurrentLocation.Latitude": 60.1841,
        "Person.CurrentLocation.Longitude": 24.9497,
        "Person.CurrentLocation.HorizontalAccuracy": 12.0,
        "Person.Phone.BatteryLevel": 81.0,
    }
    assert told(phone, "owntracks/ada/pixel", '{"_type": "lwt", "tst": 1732300000}') == {}
    assert told(phone, "owntracks/ada/pixel/event", '{"_type": "transition", "lat": 1, "lon": 2}') == {}
    assert told(phone, "owntracks/ben/pixel", json.dumps(message)) == {}, "ben's phone is not ada's"
    assert phone.counts.unfit == 0


def test_owntracks_left_in_a_car_tells_of_the_car(translator: Make) -> None:
    phone = translator("{use: owntracks, node: car, user: car, device: tracker}")
    assert phone.filters == ["owntracks/car/tracker"]
    readings = told(phone, "owntracks/car/tracker", '{"_type":"location","lat":60.1,"lon":24.9,"vel":83,"cog":270}')
    assert readings["Vehicle.Speed"] == 83.0
    assert readings["Vehicle.CurrentLocation.Heading"] == 270.0


def test_everybody_by_their_own_name_with_one_line(translator: Make) -> None:
    phones = translator('{use: owntracks, node: "{user}"}')
    assert sorted(phones.filters) == ["owntracks/ada/+", "owntracks/ben/+", "owntracks/car/+"]
    assert [node for node, _, _ in phones.hear("owntracks/ben/x", b'{"_type":"location","lat":1,"lon":2}')] == [
        "lind/ben"
    ]


def test_teslamate(translator: Make) -> None:
    tesla = translator("{use: teslamate, node: car}")
    assert told(tesla, "teslamate/cars/1/location", '{"latitude": 35.278131, "longitude": 29.744801}') == {
        "Vehicle.CurrentLocation.Latitude": 35.278131,
        "Vehicle.CurrentLocation.Longitude": 29.744801,
    }
    says = {
        ("usable_battery_level", "85"): (f"{BATTERY}.StateOfCharge.Current", 85.0),
        ("est_battery_range_km", "372.5"): ("Vehicle.Powertrain.Range", 372_500.0),
        ("odometer", "1653.4"): ("Vehicle.TraveledDistance", 1_653_400.0),
        ("power", "-9"): (f"{BATTERY}.CurrentPower", 9000.0),
        ("time_to_full_charge", "1.83"): (f"{BATTERY}.Charging.TimeToComplete", 6588.0),
        ("plugged_in", "true"): (
            f"{BATTERY}.Charging.ChargingPort.AnyPosition.IsChargingCableConnected",
            True,
        ),
        ("inside_temp", "20.8"): ("Vehicle.Cabin.HVAC.AmbientAirTemperature", 20.8),
        ("locked", "false"): ("Vehicle.Cabin.Door.Row1.DriverSide.IsLocked", False),
        ("speed", "12"): ("Vehicle.Speed", 12.0),
        ("shift_state", "P"): ("Vehicle.Speed", 0.0),
    }
    for (field, payload), (path, value) in says.items():
        assert told(tesla, f"teslamate/cars/1/{field}", payload) == {path: value}, field
    assert told(tesla, "teslamate/cars/1/state", "charging") == {
        "Vehicle.IsMoving": False,
        f"{BATTERY}.Charging.IsCharging": True,
    }
    for field, payload in {
        "speed": "",
        "shift_state": "D",
        "since": "2019-02-29T23:00:07Z",
        "geofence": "🏡 Home",
    }.items():
        assert told(tesla, f"teslamate/cars/1/{field}", payload) == {}, field
    assert tesla.counts.unfit == 0


def test_ovms(translator: Make) -> None:
    ovms = translator("{use: ovms, node: car, user: lind, vehicle: IONIQ}")
    assert ovms.filters == ["ovms/lind/IONIQ/metric/#"]
    says = {
        ("v/b/soc", "63.5"): {f"{BATTERY}.StateOfCharge.Current": 63.5},
        ("v/p/odometer", "100000.5"): {"Vehicle.TraveledDistance": 100_000_500.0},
        ("v/c/charging", "yes"): {f"{BATTERY}.Charging.IsCharging": True},
        ("v/c/duration/full", "90"): {f"{BATTERY}.Charging.TimeToComplete": 5400.0},
        ("v/b/power", "12.5"): {f"{BATTERY}.CurrentPower": -12_500.0},
        ("v/e/locked", "no"): {"Vehicle.Cabin.Door.Row1.DriverSide.IsLocked": False},
        ("m/freeram", "4232852"): {},
        ("v/b/c/temp", "31,32,33"): {},
    }
    for (metric, payload), readings in says.items():
        assert told(ovms, f"ovms/lind/IONIQ/metric/{metric}", payload) == readings, metric
    start = published(ovms, "car", f"{BATTERY}.Charging.StartStopCharging", "START")
    assert start == [("ovms/lind/IONIQ/client/homeward/command/lind-7", "charge start")]
    air = published(ovms, "car", "Vehicle.Cabin.HVAC.IsAirConditioningActive", True)
    assert air == [("ovms/lind/IONIQ/client/homeward/command/lind-7", "climatecontrol on")]


def test_zigbee2mqtt_light(translator: Make) -> None:
    light = translator("{use: zigbee2mqtt-light, node: kitchen, name: Kitchen Light}")
    readings = told(light, "zigbee2mqtt/Kitchen Light", '{"state": "ON", "brightness": 254, "color_temp": 250}')
    assert readings["Room.Light.IsOn"] is True
    assert readings["Room.Light.Brightness"] == pytest.approx(100.0)
    assert readings["Room.Light.ColorTemperature"] == 4000.0
    assert published(light, "kitchen", "Room.Light.IsOn", False) == [
        ("zigbee2mqtt/Kitchen Light/set", '{"state":"OFF"}')
    ]
    assert published(light, "kitchen", "Room.Light.Brightness", 50.0)[0][1] == '{"brightness":127}'
    assert published(light, "kitchen", "Room.Light.ColorTemperature", 4000.0)[0][1] == '{"color_temp":250}'


def test_a_light_becomes_the_porch_light(translator: Make) -> None:
    porch = translator("{use: zigbee2mqtt-light, node: home, name: porch, as: {Device.IsOn: Home.Light.Porch}}")
    assert told(porch, "zigbee2mqtt/porch", '{"state": "OFF", "brightness": 3}') == {"Home.Light.Porch": False}
    assert published(porch, "home", "Home.Light.Porch", True) == [("zigbee2mqtt/porch/set", '{"state":"ON"}')]


def test_zigbee2mqtt_lock_contact_and_motion(translator: Make) -> None:
    things = translator(
        "{use: zigbee2mqtt-lock, node: home, name: Front door lock}",
        "{use: zigbee2mqtt-contact, node: bedroom, name: Bedroom window}",
        "{use: zigbee2mqtt-motion, node: kitchen, name: kitchen motion}",
    )
    assert told(things, "zigbee2mqtt/Front door lock", '{"state": "LOCK", "lock_state": "locked", "battery": 60}') == {
        "Home.Door.Front.IsLocked": True
    }
    assert published(things, "home", "Home.Door.Front.IsLocked", True) == [
        ("zigbee2mqtt/Front door lock/set", '{"state":"LOCK"}')
    ]
    assert told(things, "zigbee2mqtt/Bedroom window", '{"contact": false, "battery": 97}') == {
        "Room.Window.IsOpen": True
    }
    motion = b'{"occupancy": true, "illuminance": 30}'
    assert told(things, "zigbee2mqtt/kitchen motion", motion) == {"Room.IsOccupied": True}
    assert things.hear("zigbee2mqtt/kitchen motion", motion, retained=True) == [], "motion of long ago is no motion"


def test_zigbee2mqtt_says_whether_a_thing_can_be_reached_in_both_its_ways(translator: Make) -> None:
    plug = translator("{use: zigbee2mqtt-plug, node: socket, name: Heater plug}")
    for payload, online in {'{"state":"online"}': True, "offline": False, '"online"': True}.items():
        assert told(plug, "zigbee2mqtt/Heater plug/availability", payload) == {"Device.IsOnline": online}
    assert told(plug, "zigbee2mqtt/Heater plug", '{"state":"ON","power":1200.5,"energy":3.2}') == {
        "Device.IsOn": True,
        "Device.Power": 1200.5,
        "Device.Energy": 3.2,
    }


def test_shelly_gen2(translator: Make) -> None:
    shelly = translator("{use: shelly-gen2-switch, node: socket, prefix: shellyplus1pm-a8032ab12345}")
    status = '{"id":0,"source":"MQTT","output":true,"apower":8.9,"aenergy":{"total":6532.0},"temperature":{"tC":23.6}}'
    assert told(shelly, "shellyplus1pm-a8032ab12345/status/switch:0", status) == {
        "Device.IsOn": True,
        "Device.Power": 8.9,
        "Device.Energy": 6.532,
        "Device.Temperature": 23.6,
    }
    news = {
        "src": "shellyplus1pm-a8032ab12345", "dst": "shellyplus1pm-a8032ab12345/events", "method": "NotifyStatus",
        "params": {"ts": 1732300000.31, "switch:0": {"id": 0, "output": False, "source": "button"}},
    }  # fmt: skip
    [(_, readings, at)] = shelly.hear("shellyplus1pm-a8032ab12345/events/rpc", json.dumps(news).encode())
    assert (readings, at) == ({"Device.IsOn": False}, 1732300000.31)
    assert told(shelly, "shellyplus1pm-a8032ab12345/online", "false") == {"Device.IsOnline": False}
    [(topic, payload)] = published(shelly, "socket", "Device.IsOn", True)
    assert topic == "shellyplus1pm-a8032ab12345/rpc"
    assert json.loads(payload) == {"id": 1, "src": "homeward", "method": "Switch.Set", "params": {"id": 0, "on": True}}


def test_shelly_gen2_dims_and_shades(translator: Make) -> None:
    things = translator(
        "{use: shelly-gen2-light, node: kitchen, prefix: dimmer}",
        "{use: shelly-gen2-cover, node: bedroom, prefix: blind, channel: 1}",
    )
    assert told(things, "dimmer/status/light:0", '{"id":0,"output":true,"brightness":35}') == {
        "Room.Light.IsOn": True,
        "Room.Light.Brightness": 35.0,
    }
    [(topic, payload)] = published(things, "bedroom", "Room.Cover.Position", 40.0)
    assert topic == "blind/rpc"
    assert json.loads(payload)["params"] == {"id": 1, "pos": 40}


def test_tasmota(translator: Make) -> None:
    things = translator(
        "{use: tasmota-switch, node: socket, topic: tasmota_9CF9D1}",
        "{use: tasmota-light, node: kitchen, topic: lamp}",
        "{use: tasmota-sensor, node: bedroom, topic: climate, sensor: BME280}",
    )
    assert told(things, "stat/tasmota_9CF9D1/POWER", "ON") == {"Device.IsOn": True}
    state = '{"Time":"2024-02-24T22:20:38","Uptime":"0T00:10:11","POWER":"OFF","Wifi":{"AP":1,"RSSI":44}}'
    assert told(things, "tele/tasmota_9CF9D1/STATE", state) == {"Device.IsOn": False}
    sensor = '{"Time":"2022-01-11T21:57:38","ENERGY":{"Total":3.705,"Power":5,"Voltage":233,"Current":0.021}}'
    assert told(things, "tele/tasmota_9CF9D1/SENSOR", sensor) == {"Device.Power": 5.0, "Device.Energy": 3.705}
    assert told(things, "tele/tasmota_9CF9D1/LWT", "Offline") == {"Device.IsOnline": False}
    assert published(things, "socket", "Device.IsOn", True) == [("cmnd/tasmota_9CF9D1/POWER", "ON")]
    assert (
        told(things, "stat/lamp/RESULT", '{"POWER":"ON","Dimmer":80,"CT":200}')["Room.Light.ColorTemperature"] == 5000.0
    )
    assert published(things, "kitchen", "Room.Light.Brightness", 33.0) == [("cmnd/lamp/Dimmer", "33")]
    climate = (
        '{"Time":"2022-01-11T21:57:38","BME280":{"Temperature":21.4,"Humidity":43.1,"Pressure":1003.2},"TempUnit":"C"}'
    )
    assert told(things, "tele/climate/SENSOR", climate) == {
        "Room.Climate.Temperature": 21.4,
        "Room.Climate.Humidity": 43.1,
    }


def test_home_assistant_statestream_quotes_its_words(translator: Make) -> None:
    ha = translator("{use: homeassistant-statestream, node: bedroom, entity: bedroom}")
    assert told(ha, "homeassistant/climate/bedroom/current_temperature", "19.5") == {"Room.Climate.Temperature": 19.5}
    assert told(ha, "homeassistant/light/bedroom/state", '"on"') == {"Room.Light.IsOn": True}
    assert told(ha, "homeassistant/light/bedroom/brightness", "255") == {"Room.Light.Brightness": 100.0}
    assert told(ha, "homeassistant/light/bedroom/state", '"unavailable"') == {}
    assert told(ha, "homeassistant/light/bedroom/brightness", "null") == {}


def test_generic(translator: Make) -> None:
    things = translator(
        "{use: generic-switch, node: socket, state: a/state, command: a/set}",
        "{use: generic-sensor, node: kitchen, topic: weather station/2}",
        "{use: generic-thermostat, node: home, measured: t/now, target: t/goal, command: t/goal/set}",
    )
    assert told(things, "a/state", "ON") == told(things, "a/state", "1") == {"Device.IsOn": True}
    assert published(things, "socket", "Device.IsOn", False) == [("a/set", "OFF")]
    assert told(things, "weather station/2", '{"temp": 20, "humidity": "45.5"}') == {
        "Room.Climate.Temperature": 20.0,
        "Room.Climate.Humidity": 45.5,
    }
    assert told(things, "t/now", "20.25") == {"Home.Climate.IndoorTemperature": 20.25}
    assert published(things, "home", "Home.Climate.TargetTemperature", 20.5) == [("t/goal/set", "20.5")]


def test_what_templates_say_fits_the_vocabulary(translator: Make, vocabulary: Vocabulary) -> None:
    """Readings are given on without a second look; the codec checks them, and these must pass."""
    shelly = translator("{use: tasmota-switch, node: socket, topic: t}", "{use: teslamate, node: car}")
    for topic, payload in {"stat/t/POWER": "OFF", "teslamate/cars/1/odometer": "1653.0004"}.items():
        for path, value in told(shelly, topic, payload).items():
            encode(vocabulary[path], value)
