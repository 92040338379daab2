"""Reads a person's calendar every few minutes, from an address or a file, and tells what comes next in it."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http.client import HTTPException
from pathlib import Path
from typing import Any, Final
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

from homeward.connectors.calendar.entries import Entry, next_entry
from homeward.core.connector import Clock, ConnectorError, Message, Tell
from homeward.core.signal import Command, Kind, Refused
from homeward.registry.household import Connection, Household

SETTINGS: Final = ["person", "address", "file"]
EVERY_S, PATIENCE_S, LARGEST_BYTES = 300.0, 30.0, 10_000_000
WEB: Final = ("https://", "http://", "webcal://")


@dataclass(slots=True)
class Calendar:
    """One calendar; `address` is a secret, as whoever knows it can read it, and is never told."""

    name: str
    person: str
    zone: str
    address: str = ""
    file: Path | None = None
    told: Entry | None = None
    well: bool = False

    def takes(self, command: Command) -> bool:
        """Nothing can be asked of it."""
        return False

    async def act(self, command: Command) -> str:
        """See Connector."""
        raise ConnectorError("a calendar carries nothing out")

    async def sense(self, clock: Clock, tell: Tell) -> None:
        """What comes next, when that is another entry than before. Raises ConnectorError, without the address."""
        first = True
        while True:
            entry = await asyncio.to_thread(self._look, clock.now())
            if first or entry != self.told:
                self.told, first = entry, False
                tell(Message(self.person, _readings(entry)))
            self.well = True
            await asyncio.sleep(EVERY_S / max(1.0, clock.speed))

    def _look(self, now: float) -> Entry | None:
        self.well = False
        try:
            return next_entry(self._read(), now, self.zone)
        except HTTPError as problem:
            raise ConnectorError(f"the calendar of {self.person} answers {problem.code} {problem.reason}") from None
        except (URLError, HTTPException, OSError, ValueError) as problem:
            why = getattr(problem, "reason", None) or type(problem).__name__
            if isinstance(problem, Refused):
                why = str(problem)
            raise ConnectorError(f"the calendar of {self.person} cannot be read: {why}") from None

    def _read(self) -> bytes:
        if self.file is not None:
            return self.file.read_bytes()[:LARGEST_BYTES]
        address = (
            "https://" + self.address.removeprefix("webcal://") if self.address.startswith("webcal") else self.address
        )
        with urlopen(Request(address, headers={"Accept": "text/calendar"}), timeout=PATIENCE_S) as answer:
            data: bytes = answer.read(LARGEST_BYTES + 1)
        if len(data) > LARGEST_BYTES:
            raise Refused(f"it has more than {LARGEST_BYTES // 1_000_000} MB")
        return data

    def health(self) -> dict[str, Any]:
        """Whether it was read, and whether something comes."""
        return {"connected": self.well, "next": self.told.starts_at if self.told else None}


def make_calendar(connection: Connection, household: Household, folders: Sequence[Path]) -> Calendar:
    """The connector that a household file asks for. Raises Refused saying what is wrong."""
    said: Mapping[str, Any] = connection.settings
    strange = sorted(set(said) - set(SETTINGS))
    if strange:
        raise Refused(f"unknown field {strange[0]}; a calendar has {', '.join(SETTINGS)}")
    people = {node.name.partition("/")[2]: node.name for node in household.nodes if node.kind is Kind.PERSON}
    person = str(said.get("person", ""))
    if person not in people:
        raise Refused(f"whose calendar is it? Write `person:` and one of {', '.join(people) or 'the people'}")
    address, file = str(said.get("address", "")).strip(), str(said.get("file", "")).strip()
    if bool(address) == bool(file):
        raise Refused("write `address:` (https://… of an .ics) or `file:` (an .ics in the hub's folder), one of them")
    if address and not address.startswith(WEB):
        raise Refused("its address must begin with https://, http:// or webcal://")
    path = _inside(file, folders) if file else None
    return Calendar(f"{household.name}/{connection.name}", people[person], household.zone, address, path)


def _inside(name: str, folders: Sequence[Path]) -> Path:
    """A file in one of the folders, never elsewhere; it may come later."""
    for folder in reversed(folders):
        path = (folder / name).resolve()
        if path.is_relative_to(folder.resolve()):
            return path
    raise Refused(f"{name[:100]!r} is not inside of the hub's folder")


def _readings(entry: Entry | None) -> dict[str, str | float]:
    entry = entry or Entry("", "", 0.0)
    return {
        "Person.Calendar.Title": entry.title,
        "Person.Calendar.Place": entry.place,
        "Person.Calendar.StartsAt": entry.starts_at,
    }
