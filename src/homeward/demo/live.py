"""The demo on a running hub: the simulated household speaks over the real bus, at the demo's own time."""

from dataclasses import replace
from pathlib import Path

from homeward.app.hub import Hub
from homeward.app.logs import set_up_logging
from homeward.app.run import open_map, run, say_ready, skills_with
from homeward.app.serve import Door, serve
from homeward.app.settings import HubSettings
from homeward.app.slow import told_if_slow
from homeward.bus.ports import check_free
from homeward.bus.settings import BusError
from homeward.core.circle import Circle, Turn
from homeward.core.connector import Message
from homeward.core.signal import Kind, Reading
from homeward.demo.clock import DemoClock
from homeward.demo.connector import DemoConnector
from homeward.demo.evening import HOUSEHOLD, NODES, SEED, START, ZONE, Evening
from homeward.demo.past import lived_before, resumed
from homeward.demo.roads import DemoRoads

SECTIONS = {Kind.PERSON: "people", Kind.VEHICLE: "vehicles", Kind.HOME: "homes", Kind.ROOM: "rooms"}
FIELDS = {Kind.HOME: "{acting: all}", Kind.VEHICLE: "{brand: Kia, model: e-Niro 64 kWh}"}
REMEMBERED_S = 86_400.0
LIVED = "lived"


def run_demo(settings: HubSettings, port: int, speed: float, verbose: bool, pack: Path | None = None) -> None:
    """Show the evening until Ctrl-C; a later start goes on where this one ended. Raises Refused or Broken, in words.

    On a map (`pack`, else the one in the folder) work and home are two of its ends, and the navigation is our own.
    """
    set_up_logging(verbose)
    settings = replace(
        settings,
        mqtt_port=free_if_taken(settings.mqtt_port, "MQTT"),
        nats_port=free_if_taken(settings.nats_port, "NATS"),
    )
    clock = DemoClock(START, speed)
    roadmap = open_map(settings.folder, pack)
    roads = DemoRoads(roadmap) if roadmap else None
    way = roads.way(SEED) if roads else None
    show = DemoConnector(Evening(way=way), clock, roads=roads)
    past: list[Message] = []

    def begin(circle: Circle) -> None:
        if circle.clock.size:
            now = float(circle.clock.array[: circle.clock.size].max()) + 1.0
            show.begin(resumed(circle, now, way=way))
        else:
            show.begin(lived_before(circle, heard=lambda message, turn: keep(past, message, turn), way=way))

    with told_if_slow():
        hub = Hub(settings, skills_with(roadmap), [show], clock, begin)
    if roadmap:
        roadmap.hub = hub

    def ready(url: str, hub: Hub) -> None:
        remember(hub, past)
        say_ready(url, hub, "watch a simulated evening, press “Jam ahead” and see arrival and heating move together")

    run(serve(hub, Door(port=port), ready, show, (household_file(), "the demo's household", {}), roadmap))


def free_if_taken(port: int, what: str) -> int:
    """The port, or 0 (any free one) where somebody has it: a demo should not fail on that."""
    try:
        check_free(port, what, f"--{what.lower()}-port")
    except BusError as problem:
        print(f"{problem}: the demo takes a free one", flush=True)
        return 0
    return port


def keep(past: list[Message], message: Message, turn: Turn) -> None:
    """Keep what was heard in the last day before the evening, for the pictures."""
    if message.at is not None and message.at > START - REMEMBERED_S:
        past.append(message)


def remember(hub: Hub, past: list[Message]) -> None:
    """Write the day before the evening into the history, once."""
    for number, message in enumerate(past):
        at = message.at or START
        readings = [Reading(message.node, path, value, at) for path, value in message.readings.items()]
        hub.scribe.recorder.readings(LIVED, number, at, readings)
    if past:
        hub.scribe.recorder.reached(LIVED, len(past))


def household_file() -> str:
    """The demo's household as a file: names and zone; the rest it says itself."""
    lines = [f"household: {HOUSEHOLD}", f"zone: {ZONE}"]
    for kind, section in SECTIONS.items():
        names = [name.partition("/")[2] for name, own in NODES if own is kind]
        fields = FIELDS.get(kind, "{}")
        lines += [f"{section}:", *(f"  {name}: {fields}" for name in names)]
    return "\n".join(lines) + "\n"
