"""Household files on a running hub: kept in the registry, their nodes in the circle, first readings in the log."""

import asyncio
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import datetime
from functools import partial
from os import getpid
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from zoneinfo import ZoneInfo

from homeward.app.by_hand import ask_people, tell_by_hand
from homeward.app.hub import Hub
from homeward.app.skills import ASKING, LEARNING
from homeward.app.templates import keep_templates, write_templates
from homeward.app.watching import check_acting, home_to_watch
from homeward.bus.settings import BusError
from homeward.connectors import check, kinds, make
from homeward.connectors.calendar.connector import Calendar
from homeward.connectors.mqtt.broker import Broker
from homeward.connectors.mqtt.door import Door
from homeward.core.gate import FOR_PEOPLE
from homeward.core.signal import Command, Kind, Refused, UnknownSignal, Value, household_of
from homeward.core.vocabulary import encode
from homeward.registry.apply import apply
from homeward.registry.household import Household, parse
from homeward.registry.problems import HouseholdErrors, Problem
from homeward.registry.store import Registry
from homeward.rules.book import RuleBook, read_rules
from homeward.surfaces.letting import ACTING

OFFSET_CHECK_S = 60.0


class Households:
    """The registry tied to a hub."""

    def __init__(self, hub: Hub) -> None:
        self.hub = hub
        hub.settings.folder.mkdir(parents=True, exist_ok=True)
        self.registry = Registry(hub.settings.folder / "registry.sqlite")
        self._vocabulary = hub.circle.twin.vocabulary
        self._rules = RuleBook(self._vocabulary)
        self._own_skills = hub.circle.skills
        self._zones: dict[str, str] = {}
        self._telling = asyncio.Lock()
        hub.ask_people = self._ask_people

    def able(self, household: str) -> list[tuple[str, str]]:
        """The skills that may ask for things in a household, its rules last: name, and what it does in words."""
        asking = [one for one in self._own_skills if one not in LEARNING] or ASKING
        return [(one.name, one.why) for one in asking] + self._rules.named(household)

    def restore(self) -> None:
        """Give the hub every node, connector and rule that the registry has, before the log is read."""
        for name in self.registry.households():
            if (known := self.registry.household(name)) is None:
                continue
            self._zones[name] = known.zone
            for node in known.nodes:
                self.hub.add(node.name, node.kind)
            for connection in known.connectors:
                with self._told_as(f"{name}/{connection.name}"):
                    self.hub.doors.add(
                        make(connection, known, self._vocabulary, self._folders(), door=self.hub.doors.own)
                    )
            with self._told_as(f"rules of {name}"):
                self._rules.put(known)
        self.hub.circle.set_skills((*self._own_skills, *self._rules.skills()))

    def _folders(self) -> list[Path]:
        return [self.hub.settings.folder]

    @contextmanager
    def _told_as(self, place: str) -> Iterator[None]:
        """What was fine once and is not any more (a template taken away) must not keep the hub from starting."""
        try:
            yield
        except (Refused, UnknownSignal) as problem:
            self.hub.trouble.say(place, str(problem))

    def zone(self, household: str) -> str:
        """The household's IANA zone, UTC where none is known."""
        return self._zones.get(household, "UTC")

    async def apply(
        self, text: str, name: str = "household.yaml", templates: Mapping[str, str] | None = None
    ) -> dict[str, list[str]]:
        """Apply a household file, all or nothing; what changed. Raises Refused with every problem.

        `templates` are the user's own, by file name; they are kept in the hub's folder.
        """
        with TemporaryDirectory(dir=self.hub.settings.folder, prefix=".new-") as fresh:
            write_templates(Path(fresh), templates or {})
            folders = [Path(fresh), *self._folders()]
            household = self._understood(text, name, folders)
            before = self.registry.household(household.name)
            watched = await self._watch_new_home(before, household)
            changes = await asyncio.to_thread(apply, household, self.registry)
            keep_templates(Path(fresh), self.hub.settings.folder)
        self._zones[household.name] = household.zone
        for gone in changes.nodes_gone:
            self.hub.devices.forget(gone)
        for node in household.nodes:
            self.hub.add(node.name, node.kind)
        await self._connect(before, household, text)
        if self._rules.put(household):
            self.hub.circle.set_skills((*self._own_skills, *self._rules.skills()))
        await self.tell_first()
        await tell_by_hand(self.hub, household)
        await self.tell_offsets()
        await self.hub.checkpoint()
        told = {"added": changes.added, "changed": changes.changed, "removed": changes.removed, "watched": watched}
        return {what: list(names) for what, names in told.items()}

    def _understood(self, text: str, name: str, folders: list[Path]) -> Household:
        """The household in the file, with everything in it known to be right. Raises Refused."""
        household = parse(text, self._vocabulary, name, kinds())
        most = self.hub.settings.limits.most_nodes
        if len(household.nodes) > most:
            raise Refused(
                f"{household.name} has {len(household.nodes)} nodes and may have {most}; "
                f"leave some out, or start the hub with --most-nodes {len(household.nodes)}"
            )
        self._check_kinds({node.name: node.kind for node in household.nodes})
        problems: list[Problem] = []
        for look in (
            partial(check, household, self._vocabulary, folders, text, name, self.hub.doors.own),
            partial(read_rules, household, self._vocabulary, name),
        ):
            try:
                look()
            except HouseholdErrors as found:
                problems += found.problems
        if problems:
            raise HouseholdErrors(problems)
        check_acting(household, name)
        return household

    async def _watch_new_home(self, before: Household | None, after: Household) -> list[str]:
        """Let nobody act in a new home before its people say so; the home, if there is one.

        It is in the log before the household is in the registry, and before its doors are open: whatever happens in
        between, what comes in later meets it.
        """
        home = home_to_watch(before, after)
        if home:
            self.hub.add(home, Kind.HOME)
            await self.hub.tell_readings(home, {ACTING: "none"})
        return [home] if home else []

    async def _connect(self, before: Household | None, after: Household, text: str) -> None:
        """Close the doors that the household had and open those that its file names."""
        doors = self.hub.doors
        for gone in before.connectors if before else ():
            doors.own.drop(after.name, gone.name)
            await doors.drop(f"{after.name}/{gone.name}")
        for connection in after.connectors:
            door = make(connection, after, self._vocabulary, self._folders(), text, doors.own)
            if door is not doors.own:
                await doors.put(door)
        self.hub.bus.listen(doors.own.listen)
        await self.hub.bus.widen()
        await self.hub.bus.set_devices(self.hub.known_devices())

    def _check_kinds(self, nodes: Mapping[str, Kind]) -> None:
        known = self.hub.circle.twin.nodes
        for name, kind in nodes.items():
            if name in known and known.kind(known.number(name)) is not kind:
                was = known.kind(known.number(name)).word
                raise Refused(f"{name} has been a {was} and cannot become a {kind.word}; give it another name")

    async def tell_first(self) -> None:
        """Put into the log what household files say of nodes and is not in it yet, also from before a crash."""
        async with self._telling:  # one after the other, so that the newest value comes last
            for number, node, readings in await asyncio.to_thread(self.registry.untold):
                await self.hub.tell_readings(node, readings)
                await asyncio.to_thread(self.registry.told, number)

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
        """Tell what was left untold, and offsets, until cancelled."""
        while True:
            with suppress(BusError):  # told by the bus; tried again
                await self.tell_first()
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
            if signal.path in FOR_PEOPLE:
                raise Refused(f"{path} is for people to set: wish for it")
        await self.hub.tell_readings(node, readings, "readings")

    async def add_device(self, node: str) -> dict[str, str | int | list[str]]:
        """Give a node credentials for the broker; what to type into the device. Raises UnknownSignal or Refused.

        `topics` are the foreign ones that templates of the hub's own door have for it, `listens` those it may hear.
        """
        device = self.hub.devices.add(node, self.hub.circle.twin.nodes)
        await self._devices_changed(node)
        host, port = "127.0.0.1", self.hub.bus.server.mqtt_port
        told: dict[str, str | int | list[str]] = {"host": host, "port": port, "user": device.user}
        told |= {"password": device.password, "topic": f"homeward/{node}/readings"}
        sends, hears = self.hub.doors.own.topics_of(node)
        for name, topics in (("topics", sends), ("listens", hears)):
            if topics:
                told[name] = list(topics)
        return told

    async def remove_device(self, node: str) -> None:
        """Take a node's credentials back; its connections end. Raises Refused if it has none."""
        self.hub.devices.remove(node)
        await self._devices_changed(node)

    async def keep(self) -> None:
        """Write down what waits in memory. Raises HistoryError, OSError or BusError."""
        await self.hub.checkpoint()

    async def _devices_changed(self, node: str) -> None:
        await self.hub.bus.set_devices(self.hub.known_devices())
        if (known := self.registry.household(household_of(node))) is not None:
            await tell_by_hand(self.hub, known)

    async def _ask_people(self, command: Command) -> None:
        try:
            await ask_people(self.hub, command, self.zone(household_of(command.node)))
        except BusError as problem:
            self.hub.trouble.say("bus", f"{problem}; people were not told what to do by hand, but the page shows it")

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
            "resent": hub.resent,
            "lost": hub.bus.lost,
            "broker": dict(hub.broker.counts),
            "place": hub.place.sequence if hub.place else 0,
            "log_full": hub.bus.state.full if hub.bus.state else 0.0,
            "rows_waiting": hub.scribe.recorder.waiting,
            "kept_at": hub.keeper.kept_at,
            "pid": getpid(),
            "nats_port": hub.bus.server.nats_port,
            "mqtt_port": hub.bus.server.mqtt_port,
            "connectors": {
                name: one.health() for name, one in hub.doors.all.items() if isinstance(one, Door | Broker | Calendar)
            },
        }


def _offset(zone: str, moment: float) -> float:
    offset = datetime.fromtimestamp(moment, ZoneInfo(zone)).utcoffset()
    return offset.total_seconds() if offset else 0.0
