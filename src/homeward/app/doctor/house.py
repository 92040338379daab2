"""Each household: does homeward know what it needs of its homes and cars, and is somebody there to act?"""

import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from math import inf
from pathlib import Path

import pyarrow.dataset as ds
from sqlalchemy.exc import SQLAlchemyError

from homeward.app.devices import Devices
from homeward.app.doctor.finding import Finding, good, missing, wrong
from homeward.core.circle import Circle
from homeward.core.signal import Broken, Kind, Refused, Role
from homeward.core.twin import Twin
from homeward.history import History
from homeward.registry import Household, Registry
from homeward.registry.household import Node

MOST_HOUSEHOLDS = 50
SILENT_S = 86_400.0
HOUR = 3600.0
LATE_S = 300.0
LATE = """
select node, median(arrived - "at") as late from readings where stream = 'log'
group by node having count(*) >= 10 and late > $most order by node"""
OWN = ("Home.Arrival.", "Home.Climate.Model.", "Vehicle.Arrival.", "Home.UtcOffset")
"""What homeward itself writes: that it is new says nothing of the thing."""
LOOKED_AT = 20
COMFORT = "It cannot be warm at arrival."
LETS = "Let what knows it send it on homeward/{}/readings, or connect it."


def check_households(folder: Path, circle: Circle, now: float) -> Iterator[Finding]:
    """What the registry and the twin say of households; of the first fifty, where there are many."""
    if not (folder / "registry.sqlite").exists():
        return
    try:
        registry = Registry(folder / "registry.sqlite")
        households = [found for name in registry.households()[:MOST_HOUSEHOLDS] if (found := registry.household(name))]
        registry.close()
        devices = list(Devices(folder).all)
    except (Refused, OSError, SQLAlchemyError):
        return  # told by the check of the folder
    if not households:
        yield missing(
            "households",
            "there is none",
            "homeward knows nobody it could do anything for.",
            "Write one (examples/household.yaml shows how) and: homeward apply household.yaml",
        )
    for household in households:
        yield from _household(household, circle, devices, now)
    if households and (folder / "history").is_dir():
        with suppress(Broken), History(folder / "history") as history:  # what is wrong with it is told elsewhere
            for household in households:
                yield from _unanswered(history, household.name)
            yield from _late(history, [household.name for household in households])


def _household(household: Household, circle: Circle, devices: Sequence[str], now: float) -> Iterator[Finding]:
    twin, found = circle.twin, False
    for node in household.nodes:
        for finding in _node(node, household, twin, devices, now):
            found = True
            yield finding
    if not found:
        yield good(household.name, f"{len(household.nodes)} nodes, and all that is needed of them is known")


def _node(node: Node, household: Household, twin: Twin, devices: Sequence[str], now: float) -> Iterator[Finding]:
    for path in node.signals:
        if path not in twin.vocabulary:
            yield wrong(
                node.name,
                f"its file gives {path}, which is no signal any more",
                "It is not used.",
                "Mend the household file and apply it again.",
            )
    if node.name not in twin.nodes:
        yield missing(node.name, "the hub has not met it yet", "Nothing is known of it.", "Start the hub: homeward up")
        return
    if node.kind is Kind.HOME:
        yield from _home(node, household, twin, devices)
    if node.kind is Kind.VEHICLE:
        yield from _vehicle(node, twin)
    yield from _silent(node.name, twin, now)


def _home(node: Node, household: Household, twin: Twin, devices: Sequence[str]) -> Iterator[Finding]:
    if not _knows(twin, node, "Home.Location.Latitude"):
        yield missing(
            node.name,
            "where it is is not known",
            "Nobody can be seen coming home.",
            "Give `location: [latitude, longitude]` in the household file and apply it.",
        )
    if not _knows(twin, node, "Home.Climate.IndoorTemperature"):
        yield missing(node.name, "it has never told its indoor temperature", COMFORT, LETS.format(node.name))
    if not _knows(twin, node, "Home.Climate.OutdoorTemperature"):
        yield missing(
            node.name,
            "it has never told the outdoor temperature",
            "Warming up is foretold less well.",
            LETS.format(node.name),
        )
    acts = node.name in devices or household.name in devices or household.connectors
    if not acts and not _knows(twin, node, "Home.Climate.TargetTemperature"):
        yield missing(
            node.name,
            "nothing carries out its commands: no thermostat speaks for it",
            COMFORT,
            f"Connect one: a connector in the household file, or homeward device add {node.name}",
        )


def _vehicle(node: Node, twin: Twin) -> Iterator[Finding]:
    if not _knows(twin, node, "Vehicle.CurrentLocation.Latitude"):
        yield missing(
            node.name, "it has never told its position", "Nobody can be seen coming home in it.", LETS.format(node.name)
        )


def _knows(twin: Twin, node: Node, path: str) -> bool:
    return path in node.signals or twin.get(node.name, path)[0] is not None


def _silent(node: str, twin: Twin, now: float) -> Iterator[Finding]:
    """A node that used to tell and tells no more; what only the hub derives or the file gives does not count."""
    told = [at for signal, _, at in twin.known(node) if signal.role is Role.SENSOR and not _is_own(signal.path)]
    if told and now - max(told) > SILENT_S:
        hours = (now - max(told)) / HOUR
        yield missing(
            node,
            f"it has been silent for {hours:.0f} hours",
            "What is known of it is old.",
            "See whether it has power, network and its credentials.",
        )


def _is_own(path: str) -> bool:
    return path.startswith(OWN) or path.endswith(".Problem")


def _unanswered(history: History, household: str) -> Iterator[Finding]:
    """Whether the last commands were answered by whoever should carry them out."""
    logged = history.last_commands(household, LOOKED_AT, time.time() - 7 * SILENT_S)
    by_node: dict[str, list[bool | None]] = {}
    for one in logged:
        if any(event in ("sent", "again") for _, event, _ in one.events):
            by_node.setdefault(one.node, []).append(one.done)
    for node, outcomes in by_node.items():
        if len(outcomes) >= 2 and all(done is None for done in outcomes):
            yield missing(
                node,
                f"its last {len(outcomes)} commands were never answered",
                "Nobody may be carrying them out.",
                f"See that something listens on homeward/{node}/commands and answers on …/outcomes.",
            )


def _late(history: History, households: Sequence[str]) -> Iterator[Finding]:
    """Nodes whose readings of the last hour came long after what they tell: a slow network, or a slow clock."""
    since = time.time() - HOUR
    only = ds.field("household").isin(list(households)) & (ds.field("arrived") >= since)
    for row in history.select(LATE, {"most": LATE_S}, (since, inf), "readings", only=only).to_pylist():
        yield missing(
            row["node"],
            f"its readings come {row['late'] / 60:.0f} minutes after what they tell",
            "Decisions are late by as much.",
            "Check its clock and its network.",
        )
