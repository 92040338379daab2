"""A running hub in figures, for `/metrics`: what it took in and did, what waits, and what it costs the machine."""

import asyncio
import time
from collections.abc import Iterator
from pathlib import Path

from homeward import __version__
from homeward.app.hub import Hub
from homeward.bus.watch import KINDS
from homeward.surfaces.metrics import Figure

BEAT_S = 1.0


class Figures:
    """The figures of a hub; `keep` must run for the event loop's lag to be known."""

    def __init__(self, hub: Hub) -> None:
        self.hub = hub
        self.lag_s = 0.0
        self._began = time.time()

    async def keep(self) -> None:
        """Measure until cancelled how late the event loop comes to what is due."""
        while True:
            due = time.perf_counter() + BEAT_S
            await asyncio.sleep(BEAT_S)
            self.lag_s = max(0.0, time.perf_counter() - due)

    def all(self) -> Iterator[Figure]:
        """Every figure as it is now."""
        yield Figure("homeward_info", "gauge", "Which homeward this is.", [({"version": __version__}, 1)])
        yield Figure("homeward_start_time_seconds", "gauge", "When it started, s since 1970.", [({}, self._began)])
        yield from self._heard()
        yield from self._done()
        yield from self._kept()
        yield from self._cost()

    def _heard(self) -> Iterator[Figure]:
        hub = self.hub
        nodes, homes = len(hub.circle.twin.nodes), len(hub.circle.twin.nodes.households)
        yield Figure("homeward_households", "gauge", "Households there are.", [({}, homes)])
        yield Figure("homeward_nodes", "gauge", "Nodes there are.", [({}, nodes)])
        yield Figure("homeward_messages_total", "counter", "Messages taken into the twin.", [({}, hub.applied)])
        yield Figure(
            "homeward_unfit_total",
            "counter",
            "Messages that did not fit and were answered on errors.",
            [({}, hub.unfit)],
        )
        yield Figure("homeward_resent_total", "counter", "Messages sent again, counted once.", [({}, hub.resent)])
        yield Figure(
            "homeward_lost_total", "counter", "Messages that left the log before they were read.", [({}, hub.bus.lost)]
        )

        counts = hub.broker.counts
        yield Figure(
            "homeward_broker_total",
            "counter",
            "What the broker did by itself, by kind; dropped and full count seconds.",
            [({"kind": kind}, counts[kind]) for kind in KINDS],
        )

    def _done(self) -> Iterator[Figure]:
        scribe, trouble = self.hub.scribe, self.hub.trouble.by_place
        yield Figure("homeward_turns_total", "counter", "Turns of the circle.", [({}, scribe.turns)])
        yield Figure(
            "homeward_commands_total",
            "counter",
            "What happened to commands, by event.",
            [({"event": event}, count) for event, count in sorted(scribe.events.items())],
        )
        yield Figure(
            "homeward_trouble",
            "gauge",
            "1 for each place where something is wrong now.",
            [({"place": place}, 1) for place in sorted(trouble)],
        )
        yield Figure(
            "homeward_connectors",
            "gauge",
            "Connectors, by whether they work.",
            [
                ({"state": "working"}, sum(name not in trouble for name in self.hub.doors.all)),
                ({"state": "in_trouble"}, sum(name in trouble for name in self.hub.doors.all)),
            ],
        )

    def _kept(self) -> Iterator[Figure]:
        hub, state = self.hub, self.hub.bus.state
        if state:
            yield Figure("homeward_log_bytes", "gauge", "Size of the log.", [({}, state.size_bytes)])
            yield Figure("homeward_log_messages", "gauge", "Messages in the log.", [({}, state.messages)])
            yield Figure(
                "homeward_log_full_ratio", "gauge", "How full the log is; at 1 it refuses.", [({}, state.full)]
            )
        if hub.keeper.kept_at:
            age = max(0.0, time.time() - hub.keeper.kept_at)
            yield Figure("homeward_checkpoint_age_seconds", "gauge", "Since the last checkpoint.", [({}, age)])
            yield Figure(
                "homeward_checkpoint_duration_seconds",
                "gauge",
                "What the last checkpoint took.",
                [({}, hub.keeper.kept_in_s)],
            )
        waiting = hub.scribe.recorder.waiting
        yield Figure("homeward_history_waiting_rows", "gauge", "Rows not yet in history.", [({}, waiting)])

    def _cost(self) -> Iterator[Figure]:
        server = self.hub.bus.server
        yield Figure(
            "homeward_event_loop_lag_seconds", "gauge", "How late the hub comes to what is due.", [({}, self.lag_s)]
        )
        yield Figure(
            "homeward_resident_memory_bytes",
            "gauge",
            "Memory, by process.",
            [({"process": "hub"}, resident()), ({"process": "nats"}, resident(server.pid))],
        )
        yield Figure("homeward_cpu_seconds_total", "counter", "Processor time of the hub.", [({}, time.process_time())])
        yield Figure(
            "homeward_nats_deaths_total",
            "counter",
            "How often nats-server had to be started again.",
            [({}, server.deaths)],
        )


def resident(pid: int | None = None) -> float:
    """Memory of a process (this one if None) in bytes; NaN where the system does not tell."""
    try:
        status = Path(f"/proc/{'self' if pid is None else pid}/status").read_text()
        return float(next(line.split()[1] for line in status.splitlines() if line.startswith("VmRSS"))) * 1024
    except (OSError, StopIteration):
        return float("nan")
