"""What can be set about the bus: where it keeps its files, its ports and bounds, and who may use it."""

import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Literal, NamedTuple

from homeward.core.signal import Broken, Refused, check_name

MIB = 1024 * 1024
HUB, GUEST, ASKING, WATCHING = "hub", "guest", "wishes", "clients"
RESERVED = {HUB, GUEST, ASKING, WATCHING}
"""The server's users that are not devices: unknown MQTT clients, and the hub, also for wishes and who connects."""
NOT_IN_TOPICS = re.compile(r"[\s.*>]")


class BusError(Broken):
    """The bus cannot do its work; the text says why and what would mend it."""


@dataclass(frozen=True, slots=True)
class Settings:
    """The bus's settings. `store` is a folder of its own; a port of 0 means: any free one."""

    store: Path
    nats_port: int = 4222
    mqtt_port: int = 1883
    guests: bool = False
    """Let MQTT clients without credentials send readings of any node (the demo, on loopback)."""
    is_open: bool = False
    """Let MQTT clients of other machines in, with their credentials; NATS stays on loopback."""
    certificate: Path | None = None
    key: Path | None = None
    """PEM files for TLS at the MQTT door; without them what is said there can be read on the way."""
    listen: tuple[str, ...] = ()
    """Further MQTT topics to take into the log (`car/+/telemetry`), for templates; at QoS 1 all are in it anyway."""
    largest_payload_bytes: int = 256 * 1024
    most_log_bytes: int = 2048 * MIB
    keep_seconds: float = 86_400.0
    """How long what has been taken in stays in the log, for devices that were away."""
    sync_seconds: float = 10.0
    """What a power cut (not a crash) may cost at most; 0 writes through at every message."""
    most_connections: int = 20_000
    most_waiting_messages: int = 100_000
    """How many messages may wait to be stored before those sent at QoS 0 are dropped."""


@dataclass(frozen=True, slots=True)
class Device:
    """Credentials that let a client speak for a node (`lind/car`) or for a whole household (`lind`).

    `password` is plain or a bcrypt hash (`$2a$…`). An `author` (`lind/ada`) may also send wishes, as itself.
    Of foreign topics (`car/+/telemetry`, for templates) it may publish `topics` and listen to `hears`.
    `mqtt` and `nats` clients are kept apart: what MQTT sessions need would let a NATS client read others' messages.
    """

    user: str
    password: str
    node: str
    author: str = ""
    door: Literal["mqtt", "nats"] = "mqtt"
    topics: tuple[str, ...] = ()
    hears: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        check_name(self.node if "/" in self.node else f"{self.node}/any")
        if self.author:
            check_name(self.author)
        for topic in (*self.topics, *self.hears):
            as_subject(topic)
        plain = self.user.isascii() and self.user.replace("-", "").replace("_", "").isalnum()
        if self.user in RESERVED:
            raise Refused(f"{self.user!r} is a user's name that homeward keeps for itself; choose another")
        if not plain or len(self.user) > 100:
            raise Refused(f"{self.user[:100]!r} is not a user's name; write letters, digits, - and _ (at most 100)")
        if not self.password or not self.password.isprintable():
            raise Refused(f"the password of {self.user} is empty or has characters that cannot be typed")


@lru_cache(4096)
def as_subject(topic: str) -> str:
    """The NATS subject of an MQTT topic or filter. Raises Refused for one that NATS cannot carry, or must not.

    >>> as_subject("car/+/telemetry")
    'car.*.telemetry'
    """
    words = topic.split("/")
    if not all(words) or NOT_IN_TOPICS.search(topic) or "#" in words[:-1]:
        raise Refused(f"{topic[:100]!r} is not a topic for here: no spaces, dots, * or >, and # only at the end")
    if words[0].startswith(("$", "_", "#", "+")) or words[0] == "homeward":
        raise Refused(
            f"{topic[:100]!r}: topics that begin with $, _, a wildcard or homeward are not for devices to name"
        )
    return ".".join({"+": "*", "#": ">"}.get(word, word) for word in words)


class Place(NamedTuple):
    """A place in the log: message `sequence` of the log made at `stream`, stored at `time` (s). Kept in snapshots."""

    stream: str
    sequence: int
    time: float = 0.0
