"""Household files on a running hub: kept in the registry, their nodes in the circle, first readings in the log."""

import asyncio
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from homeward.app.hub import Hub
from homeward.core.signal import Kind, Refused, Value
from homeward.core.vocabulary import encode
from homeward.registry.apply import Changes, apply
from homeward.registry.household import parse
from homeward.registry.problems import HouseholdErrors
from homeward.registry.store import Registry

OFFSET_CHECK_S = 60.0


class Households:
    """The registry tied to a hub."""

    def __init__(self, hub: Hub) -> None:
        self.hub = hub
        hub.settings.folder.mkdir(parents=True, exist_ok=True)
        self.registry = Registry(hub.settings.folder / "registry.sqlite")
        self._zones: dict[str, str] = {}

    def restore(self) -> None:
        """Give the circle every node that the registry has, before the log is read."""
        for name in self.registry.households():
            if (known := self.registry.household(name)) is not None:
                self._zones[name] = known.zone
                for node in known.nodes:
                    self.hub.add(node.name, node.kind)

    def zone(self, household: str) -> str:
        """The household's IANA zone, UTC where none is known."""
        return self._zones.get(household, "UTC")

    async def apply(self, text: str, name: str = "household.yaml") -> dict[str, list[str]]:
        """Apply a household file, all or nothing; what changed. Raises Refused with every problem."""
        try:
            household = parse(text, self.hub.circle.twin.vocabulary, name)
        except HouseholdErrors as problems:
            raise Refused(str(problems)) from None
        self._check_kinds({node.name: node.kind for node in household.nodes})
        changes = await asyncio.to_thread(apply, household, self.registry)
        self._zones[household.name] = household.zone
        for node in household.nodes:
            self.hub.add(node.name, node.kind)
        await self._tell(changes)
        await self.tell_offsets()
        await self.hub.checkpoint()
        return {"added": list(changes.added), "changed": list(changes.changed), "removed": list(changes.removed)}

    def _check_kinds(self, nodes: Mapping[str, Kind]) -> None:
        known = self.hub.circle.twin.nodes
        for name, kind in nodes.items():
            if name in known and known.kind(known.number(name)) is not kind:
                was = known.kind(known.number(name)).word
                raise Refused(f"{name} has been a {was} and cannot become a {kind.word}; give it another name")

    async def _tell(self, changes: Changes) -> None:
        by_node: dict[str, dict[str, Value]] = {}
        for node, path, value in changes.readings:
            by_node.setdefault(node, {})[path] = value
        for node, readings in by_node.items():
            await self.hub.tell_readings(node, readings)

    async def tell_offsets(self) -> None:
        """Tell each home its household's distance from UTC where it is not known or has changed (summer time)."""
        for household, zone in self._zones.items():
            offset = _offset(zone, self.hub.clock.now())
            for number in self.hub.circle.twin.nodes.of_household(household, Kind.HOME):
                home = self.hub.circle.twin.nodes.names[number]
                known: Value | None = self.hub.circle.twin.get(home, "Home.UtcOffset")[0]
                if known != offset:
                    await self.hub.tell_readings(home, {"Home.UtcOffset": offset})

    async def keep_offsets(self) -> None:
        """Go on telling offsets until cancelled."""
        while True:
            await self.tell_offsets()
            await asyncio.sleep(OFFSET_CHECK_S / self.hub.clock.speed + 1.0)

    async def hear(self, node: str, readings: Mapping[str, Value]) -> None:
        """Put readings into the log, all or none. Raises Refused or UnknownSignal for what does not fit."""
        twin = self.hub.circle.twin
        kind = twin.nodes.kind(twin.nodes.number(node))
        for path, value in readings.items():
            signal = twin.vocabulary[path]
            if signal.kind is not kind:
                raise Refused(f"{node} is a {kind.word} and has no {path}")
            encode(signal, value)
        await self.hub.tell_readings(node, dict(readings))

    async def add_device(self, node: str) -> dict[str, str | int]:
        """Give a node credentials for the broker; what to type into the device. Raises UnknownSignal or Refused."""
        device = self.hub.devices.add(node, self.hub.circle.twin.nodes)
        await self.hub.bus.set_devices(self.hub.devices.all.values())
        host, port = "127.0.0.1", self.hub.bus.server.mqtt_port
        topics = f"homeward/{node}/readings"
        return {"host": host, "port": port, "user": device.user, "password": device.password, "topic": topics}

    async def remove_device(self, node: str) -> None:
        """Take a node's credentials back; its connections end. Raises Refused if it has none."""
        self.hub.devices.remove(node)
        await self.hub.bus.set_devices(self.hub.devices.all.values())

    def health(self) -> dict[str, Any]:
        """Whether all is well, and figures of the hub."""
        hub = self.hub
        return {
            "well": not hub.trouble.by_place,
            "trouble": dict(hub.trouble.by_place),
            "folder": str(hub.settings.folder.resolve()),
            "now": hub.clock.now(),
            "speed": hub.clock.speed,
            "households": len(hub.circle.twin.nodes.households),
            "nodes": len(hub.circle.twin.nodes),
            "messages": hub.applied,
            "unfit": hub.unfit,
            "lost": hub.bus.lost,
            "place": hub.place.sequence if hub.place else 0,
            "nats_port": hub.bus.server.nats_port,
            "mqtt_port": hub.bus.server.mqtt_port,
        }


def _offset(zone: str, moment: float) -> float:
    offset = datetime.fromtimestamp(moment, ZoneInfo(zone)).utcoffset()
    return offset.total_seconds() if offset else 0.0
