"""A device that hears commands over MQTT while hub and server die around it, and answers each; for `kills`.

Its session is kept by the server, so that what is sent while it is cut off comes when it is back.
"""

import asyncio
import json
import struct
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from math import inf
from pathlib import Path
from typing import Any

from tests.bus.mqtt_client import packet, text

from homeward.app.tasks import end
from homeward.history import History

RULE = """
rules:
  fast:
    while: Vehicle.Speed > 100 km/h
    then:
      home: {Home.Light.Porch: on}
"""
"""Comes true and stops being true again and again under load."""
MOST_S = 60
COMMANDS, OUTCOMES = "homeward/lind/home/commands", "homeward/lind/home/outcomes"


class Lamp:
    """`heard` are the commands that came, by id: what each of them meant, as often as it was said differently."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.heard: dict[str, set[tuple[str, str]]] = {}
        self.times = 0

    @asynccontextmanager
    async def listening(self) -> AsyncIterator["Lamp"]:
        """Listen meanwhile, connecting anew whenever it is cut off."""
        task = asyncio.create_task(self._listen())
        try:
            yield self
        finally:
            await end([task])

    async def until_heard(self, folder: Path) -> int:
        """Wait until every command in force has come; in how many seconds, at most MOST_S."""
        began = time.monotonic()
        while time.monotonic() - began < MOST_S:
            if not await asyncio.to_thread(lambda: _in_force(_events(folder)) - self.heard.keys()):
                break
            await asyncio.sleep(0.5)
        return round(time.monotonic() - began)

    async def _listen(self) -> None:
        while True:
            with suppress(OSError, asyncio.IncompleteReadError, AssertionError, TimeoutError):
                await self._session()
            await asyncio.sleep(0.05)

    async def _session(self) -> None:
        async with asyncio.timeout(10):
            reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        try:
            writer.write(packet(0x10, text("MQTT") + bytes([4, 0]) + struct.pack(">H", 60) + text("lamp")))
            writer.write(packet(0x82, struct.pack(">H", 1) + text(COMMANDS) + b"\x01"))
            while True:
                head = (await reader.readexactly(1))[0]
                body = await reader.readexactly(await _length(reader))
                if head == 0x20:
                    assert body[1] == 0, "the server did not let us in"
                elif head & 0xF0 == 0x30:
                    self._take(head, body, writer)
        finally:
            writer.close()

    def _take(self, head: int, body: bytes, writer: asyncio.StreamWriter) -> None:
        """Remember a command, answer it, and then say that it has come."""
        at = 2 + int.from_bytes(body[:2], "big")
        number = body[at : at + 2] if head & 0x06 else b""
        said = json.loads(body[at + len(number) :])
        self.times += 1
        self.heard.setdefault(said["id"], set()).add((said["path"], json.dumps(said["value"])))
        outcome = json.dumps({"id": said["id"], "done": True}).encode()
        writer.write(packet(0x32, text(OUTCOMES) + struct.pack(">H", self.times % 0xFFFF + 1) + outcome))
        if number:
            writer.write(packet(0x40, number))


async def _length(reader: asyncio.StreamReader) -> int:
    size, shift = 0, 0
    while True:
        byte = (await reader.readexactly(1))[0]
        size |= (byte & 127) << shift
        if byte < 128:
            return size
        shift += 7


def _events(folder: Path) -> list[dict[str, Any]]:
    """Of every command in history the id, each event, how often it is there and its newest time."""
    words = 'select id, event, count(*) as times, max("at") as newest from commands group by id, event'
    with History(folder / "hub/history") as history:
        found: list[dict[str, Any]] = history.select(words, {}, (0.0, inf), "commands").to_pylist()
    return found


def _in_force(events: list[dict[str, Any]]) -> set[str]:
    """The commands that were sent and have not ended: what a device must have heard."""
    ended = {row["id"] for row in events if row["event"] not in ("sent", "again")}
    return {row["id"] for row in events} - ended


def check_commands(folder: Path, lamp: Lamp) -> dict[str, int]:
    """Compare what the lamp heard with what history says was sent; all but the first two figures must be 0."""
    events = _events(folder)
    sent = {row["id"]: row["times"] for row in events if row["event"] == "sent"}
    return {
        "commands sent": len(sent),
        "commands heard": len(lamp.heard),
        "heard and not in history": len(lamp.heard.keys() - sent.keys()),
        "ids of two commands": sum(len(meant) > 1 for meant in lamp.heard.values()),
        "commands stored twice": sum(times > 1 for times in sent.values()),
        "in force and unheard": len(_in_force(events) - lamp.heard.keys()),
    }
