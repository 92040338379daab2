"""What connectors tell under load, step by step: CPU a message, without servers and sockets.

    python -m bench.told

Fifty households as in `bench.peers.contestant`, each heard by its own connector; so many messages come together as the
first column says. `heard`: MQTT apart and through the template; `told`: to plain numbers; `sent`: into bundles for the
log; `circle`: once round; `back`: read back from the log and handed over to history.
"""

import asyncio
import gc
import sys
import tempfile
from collections import defaultdict
from pathlib import Path
from time import perf_counter
from typing import cast

from bench.peers.contestant import HOUSEHOLD
from homeward.app.hub import Hub
from homeward.app.settings import HubSettings
from homeward.app.skills import ALL
from homeward.bus.reader import Messages
from homeward.connectors import kinds, make
from homeward.connectors.mqtt import wire
from homeward.connectors.mqtt.broker import Broker
from homeward.core.connector import Message, Unread
from homeward.registry import parse
from homeward.rules.book import RuleBook

CARS, SECONDS = 50, 2.0
TOGETHER = (1, 10, 30, 150, 600)
PAYLOAD = '{"v":"%d","speed":%d,"soc":%.1f,"dist":%.2f,"lat":%.6f,"lon":%.6f,"odo":%d,"tin":%.1f,"tout":%.1f,"pw":%.1f}'


class Taken:
    """Stands for the log's connection."""

    def __init__(self) -> None:
        self.bytes = 0

    def write(self, data: bytes) -> None:
        """Count it."""
        self.bytes += len(data)

    def is_closing(self) -> bool:
        """Never."""
        return False


class Load:
    """A hub that was not started, its households' connectors, and what each step took (s)."""

    def __init__(self, folder: Path) -> None:
        self.hub = Hub(HubSettings(folder, nats_port=0, mqtt_port=0), ALL)
        self.brokers: list[Broker] = []
        self.took: defaultdict[str, float] = defaultdict(float)
        self.count, self.place = 0, 0
        vocabulary, book = self.hub.circle.twin.vocabulary, RuleBook(self.hub.circle.twin.vocabulary)
        for i in range(1, CARS + 1):
            text = HOUSEHOLD.format(i=i, way="kind: mqtt")
            household = parse(text, vocabulary, "bench", kinds())
            for node in household.nodes:
                self.hub.circle.add(node.name, node.kind)
            book.put(household)
            self.brokers.append(cast(Broker, make(household.connectors[0], household, vocabulary, [folder], text)))
        self.hub.circle.set_skills((*ALL, *book.skills()))
        underway = self.hub.bus.underway
        self.act, underway.written = underway.written, lambda sent: None
        self.hub.scribe.recorder.columns = lambda table, batch: None  # type: ignore[method-assign]
        self.hub._carry_out = lambda event: None  # type: ignore[method-assign]
        self.hub.bus._outbox.connect(cast(asyncio.Transport, Taken()))
        underway.open()

    def packet(self) -> tuple[Broker, bytes]:
        """The next car's message, as MQTT brings it."""
        self.count += 1
        n, car = self.count, self.count % CARS
        near = 4.0 if n // CARS % 50 < 25 else 6.0
        said = PAYLOAD % (n, n % 120, 50 + n % 9, near, 60 + n % 7 / 99, 24 + n % 7 / 99, n, 20.5, 3.5, n % 70)
        return self.brokers[car], wire.publish(f"car/{car + 1}/telemetry", said.encode(), 0, False)

    def step(self, together: int) -> None:
        """So many messages from the socket to history."""
        took, bus, underway = self.took, self.hub.bus, self.hub.bus.underway
        packets = [self.packet() for _ in range(together)]
        began = perf_counter()
        heard: list[Message | Unread] = []
        for broker, data in packets:
            broker.hear(wire.take_apart(data)[0], self.hub.clock, heard.append, lambda packet: None)
        took["heard"] += (heard_at := perf_counter()) - began
        bus._outbox._set_off = True
        for one in heard:
            bus.say(one)
        took["told"] += (told_at := perf_counter()) - heard_at
        bus._outbox._set_off, bus._outbox._wrote_at = False, 0.0
        bus._outbox.go()
        took["sent"] += (sent_at := perf_counter()) - told_at
        sent = list(underway._sent.values())
        self.act(sent)
        took["circle"] += (turned_at := perf_counter()) - sent_at
        self.place += 1
        messages = Messages([], [], [], [])
        for parcel in sent:
            messages.append(parcel.subject, parcel.payload, parcel.time_ns, self.place)
        rest = self.hub._read_back(messages)
        if rest.subjects:
            self.hub.codec.decode(rest)
        self.hub.scribe.catch_up()
        took["back"] += perf_counter() - turned_at


async def measured(folder: Path) -> None:
    """Print a line for each number of messages that come together."""
    steps = ("heard", "told", "sent", "circle", "back")
    print("together", *(f"{step:>7}" for step in steps), "    all   µs a message")
    load = Load(folder)
    for _ in range(20):
        load.step(CARS)
    gc.collect()
    gc.freeze()
    for together in TOGETHER:
        load.took.clear()
        began, count = perf_counter(), load.count
        while perf_counter() - began < SECONDS:
            load.step(together)
        each = [1e6 * load.took[step] / (load.count - count) for step in steps]
        print(f"{together:8}", *(f"{one:7.2f}" for one in each), f"{sum(each):7.2f}")
    load.hub.history.close()


def main() -> int:
    """Measure in a folder that is removed again."""
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(measured(Path(folder)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
