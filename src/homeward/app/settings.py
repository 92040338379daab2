"""What can be set about a hub when it starts."""

from dataclasses import dataclass, replace
from pathlib import Path

from homeward.bus.rate import MOST_A_SECOND
from homeward.bus.settings import Settings
from homeward.core.signal import Refused
from homeward.core.vocabulary import MAX_TEXT

GIB = 1024**3


@dataclass(frozen=True, slots=True)
class Limits:
    """What a hub takes from outside at most, and how it keeps the log."""

    largest_message_bytes: int = 256 * 1024
    most_nodes: int = 1_000
    """How many nodes a household may have."""
    most_a_second: int = MOST_A_SECOND
    """How many messages a second one topic may bring; those beyond are refused."""
    longest_text: int = MAX_TEXT
    """How many characters a text in a reading may have."""
    most_connections: int = 20_000
    most_log_bytes: int = 2 * GIB
    keep_seconds: float = 86_400.0
    """How long what has been taken in stays in the log, for devices that were away."""
    sync_seconds: float = 10.0
    """What a power cut (not a crash) may cost at most; 0 writes through at every message."""


@dataclass(frozen=True, slots=True)
class HubSettings:
    """Where a hub keeps its files, and its doors. A port of 0 means: any free one."""

    folder: Path
    nats_port: int = 4222
    mqtt_port: int = 1883
    guests: bool = False
    limits: Limits = Limits()
    operators: frozenset[str] = frozenset()
    """Households whose devices may speak for nodes of any household, in packed columns."""
    is_open: bool = False
    certificate: Path | None = None
    key: Path | None = None

    @property
    def bus(self) -> Settings:
        """What of it concerns the bus."""
        return Settings(
            self.folder / "bus",
            self.nats_port,
            self.mqtt_port,
            self.guests,
            self.is_open,
            self.certificate,
            self.key,
            largest_payload_bytes=self.limits.largest_message_bytes,
            most_log_bytes=self.limits.most_log_bytes,
            keep_seconds=self.limits.keep_seconds,
            sync_seconds=self.limits.sync_seconds,
            most_connections=self.limits.most_connections,
        )

    def opened(self, is_open: bool, certificate: Path | None, key: Path | None) -> "HubSettings":
        """The same with the broker's door open to other machines, or not. Raises Refused where guests would come in."""
        if is_open and self.guests:
            raise Refused("guests are for this machine alone: leave out --guests, or --host")
        return replace(self, is_open=is_open, certificate=certificate, key=key)
