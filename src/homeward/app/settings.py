"""What can be set about a hub when it starts."""

from dataclasses import dataclass, replace
from pathlib import Path

from homeward.bus.rate import MOST_A_SECOND
from homeward.bus.settings import Settings
from homeward.core.signal import Refused


@dataclass(frozen=True, slots=True)
class HubSettings:
    """Where a hub keeps its files, and its doors. A port of 0 means: any free one."""

    folder: Path
    nats_port: int = 4222
    mqtt_port: int = 1883
    guests: bool = False
    largest_message_bytes: int = 256 * 1024
    most_nodes: int = 1_000
    """How many nodes a household may have."""
    most_a_second: int = MOST_A_SECOND
    """How many messages a second one topic may bring; those beyond are refused."""
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
            largest_payload_bytes=self.largest_message_bytes,
        )

    def opened(self, is_open: bool, certificate: Path | None, key: Path | None) -> "HubSettings":
        """The same with the broker's door open to other machines, or not. Raises Refused where guests would come in."""
        if is_open and self.guests:
            raise Refused("guests are for this machine alone: leave out --guests, or --host")
        return replace(self, is_open=is_open, certificate=certificate, key=key)
