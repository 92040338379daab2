"""The Nodes page: every signal of every node, live, with its age, its past and where it comes from."""

import asyncio
from math import isfinite
from typing import Any

import numpy as np

from homeward.core.signal import Kind, Type
from homeward.core.vocabulary import wanted
from homeward.surfaces.house import Known
from homeward.surfaces.web import say
from homeward.surfaces.web.frame import Pulse, frame
from homeward.surfaces.web.pieces import Signals
from homeward.surfaces.web.sight import Sight

PAST_S = 6 * 3600.0
POINTS = 120
KINDS = {Kind.PERSON: "person", Kind.VEHICLE: "car", Kind.HOME: "home", Kind.ROOM: "home", Kind.DEVICE: ""}


def nodes_page(sight: Sight) -> None:
    """Draw the page and keep it live."""
    with frame(sight.house, sight.household, "/nodes") as trouble:
        live = Live(sight)
        Pulse(sight.house, live.look, trouble)


class Live:
    """The list on one page: sends only lines that changed, and looks up pasts one at a time."""

    def __init__(self, sight: Sight) -> None:
        self.sight = sight
        self.sent: dict[str, tuple[Any, float]] = {}
        self.lines = {line["id"]: line for line in self.read()}
        self.list = Signals({"rows": list(self.lines.values()), "now": sight.house.now()})
        self.list.listen("seek", self.seek)
        self.list.listen("unfold", self.unfold)
        self.one_at_a_time = asyncio.Lock()

    def read(self) -> list[dict[str, Any]]:
        """All lines whose value is another than when it was last sent."""
        changed = []
        for node, kind in self.sight.house.nodes(self.sight.household):
            for known in self.sight.house.signals(node):
                id = f"{node} {known.signal.path}"
                if self.sent.get(id) != (known.value, known.at):
                    self.sent[id] = (known.value, known.at)
                    changed.append(line(self.sight, node, kind, known))
        return changed

    async def look(self) -> None:
        """Send what changed since the last look; a signal never seen before redraws the list."""
        changed = self.read()
        unheard = any(row["id"] not in self.lines for row in changed)
        self.lines |= {row["id"]: row for row in changed}
        if unheard:
            self.list.show({"rows": list(self.lines.values()), "now": self.sight.house.now()})
        else:
            self.list.run_method("change", changed, self.sight.house.now())

    async def seek(self, id: str) -> None:
        """Look up the past of one line and send it, thinned."""
        if id not in self.lines or not self.lines[id]["numeric"]:
            return
        node, _, path = id.partition(" ")
        now = self.sight.house.now()
        async with self.one_at_a_time:
            times, values = await self.sight.house.history(node, path, now - PAST_S, now)
        kept = np.isfinite(values)
        times, values = times[kept], values[kept]
        step = max(1, len(times) // POINTS)
        points = [[float(t), float(v)] for t, v in zip(times[::step], values[::step], strict=True)]
        self.list.run_method("past", id, points)

    def unfold(self, id: str) -> None:
        """Send what is known of one line beyond its value."""
        node, _, path = id.partition(" ")
        if id in self.lines:
            known = next(one for one in self.sight.house.signals(node) if one.signal.path == path)
            self.list.run_method("detail", id, detail(self.sight, known))


def detail(sight: Sight, known: Known) -> dict[str, Any]:
    """What an unfolded line says of its signal: description, kind, time, source; long text in full."""
    signal = known.signal
    facts = [("Path", signal.path), ("Kind", f"{signal.role.name.lower()}, {wanted(signal)}")]
    if isfinite(known.at):
        facts.append(("Measured", f"{say.local(known.at, sight.zone):%d %b %H:%M:%S}"))
    facts.append(("Defined by", signal.source or "homeward's own vocabulary"))
    if signal.type is Type.TEXT and known.value is not None:
        facts.append(("In full", str(known.value)[:4000]))
    return {"description": signal.description, "facts": facts}


def line(sight: Sight, node: str, kind: Kind, known: Known) -> dict[str, Any]:
    """One line as plain data for static/signals.js."""
    signal, zone, now = known.signal, sight.zone, sight.house.now()
    value, unit = say.shown(signal, known.value, zone, now)
    numeric = signal.type in (Type.NUMBER, Type.INTEGER, Type.BOOLEAN)
    number = float(known.value) if numeric and isinstance(known.value, int | float) else None
    return {
        "id": f"{node} {signal.path}",
        "node": node,
        "name": sight.name(node),
        "kind": KINDS[kind],
        "path": signal.path,
        "title": say.title(signal.path),
        "value": value,
        "unit": unit,
        "at": known.at if isfinite(known.at) else 0.0,
        "unknown": known.value is None,
        "numeric": numeric,
        "wordy": signal.type is Type.TEXT,
        "number": number,
    }
