"""Traffic feeds of a running hub: fetched each minute, read, and put on the map; a bad one changes nothing.

A source is an address (https://…, http://…) or a file. While it cannot be read what it told last stays for an hour.
"""

import asyncio
import logging
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from http.client import HTTPException
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import orjson

from homeward.app.roadmap import Roadmap
from homeward.core.signal import Refused
from homeward.maps.datex2 import LARGEST_BYTES, read_datex2
from homeward.maps.speeds import read_speeds
from homeward.models.roads.events import RoadEvent
from homeward.surfaces.atlas import read_event

log = logging.getLogger(__name__)
EVERY_S, LONGEST_S, KEPT_S, PATIENCE_S = 60.0, 960.0, 3600.0, 30.0


@dataclass(slots=True)
class Feed:
    """One source: when it last was well, what was wrong since, and what it left out."""

    source: str
    well_at: float = 0.0
    trouble: str = ""
    events: int = 0
    left_out: dict[str, int] = field(default_factory=dict)
    tag: str = ""

    def fetch(self) -> bytes | None:
        """What it says now; None where it is as before. Raises OSError or Refused."""
        if not self.source.startswith(("http://", "https://")):
            return Path(self.source).read_bytes()
        request = Request(self.source, headers={"If-None-Match": self.tag} if self.tag else {})
        try:
            with urlopen(request, timeout=PATIENCE_S) as answer:
                data: bytes = answer.read(LARGEST_BYTES + 1)
                self.tag = answer.headers.get("ETag", "")
                return data
        except HTTPError as problem:
            if problem.code == 304:
                return None
            raise


def read_feed(data: bytes, now: float) -> tuple[list[RoadEvent], dict[str, int]]:
    """The events of a message: DATEX II, `{"events": [...]}` as the API takes them, or speeds. Raises Refused."""
    first = data.removeprefix(b"\xef\xbb\xbf").lstrip()[:1]
    if not first:
        raise Refused("the message is empty")
    if first == b"<":
        return read_datex2(data, now)
    if first != b"{":
        return read_speeds(data, now)
    try:
        events = [read_event({"id": str(one["id"])[:100], **one}) for one in orjson.loads(data)["events"]]
    except (ValueError, KeyError, TypeError) as problem:
        raise Refused(f"not a list of events as PUT /api/traffic takes it: {problem}") from None
    return [one for one in events if one.is_on(now)], {}


class Feeds:
    """All sources of a hub."""

    def __init__(self, sources: Sequence[str], roadmap: Roadmap) -> None:
        self.all, self._roadmap = [Feed(one) for one in sources], roadmap
        roadmap.feeds = self.health

    async def keep(self) -> None:
        """Go on fetching until cancelled."""
        await asyncio.gather(*(self._follow(one) for one in self.all))

    async def _follow(self, feed: Feed) -> None:
        pause = EVERY_S
        while True:
            pause = EVERY_S if await self.look(feed) else min(2.0 * pause, LONGEST_S)
            await asyncio.sleep(pause)

    async def look(self, feed: Feed) -> bool:
        """Fetch and lay one source; whether it was well."""
        now = self._roadmap.hub.clock.now() if self._roadmap.hub else time.time()
        try:
            data = await asyncio.to_thread(feed.fetch)
            if data is not None:
                events, feed.left_out = await asyncio.to_thread(read_feed, data, now)
                await self._roadmap.put_events(events, feed.source)
                feed.events = len(events)
            feed.well_at, feed.trouble = time.time(), ""
        except (OSError, HTTPException, Refused, ValueError) as problem:
            feed.trouble = str(problem)[:300]
            log.warning("traffic from %s: %s; the roads stay as they were", feed.source, feed.trouble)
            if feed.events and time.time() > feed.well_at + KEPT_S:
                await self._roadmap.put_events([], feed.source)
                feed.events = 0
            return False
        return True

    def health(self) -> dict[str, Any]:
        """Each source with how it is."""
        return {
            one.source: {
                "well_at": one.well_at, "trouble": one.trouble, "events": one.events, "left_out": one.left_out
            }
            for one in self.all
        }  # fmt: skip
