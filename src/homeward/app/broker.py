"""What the broker did by itself (cut off, refused, dropped), told to whom it concerns: log, health, device."""

import asyncio
import logging
import shutil
from time import monotonic, time

from homeward.app.trouble import Trouble
from homeward.bus.faults import Allowance, Fault
from homeward.bus.nats import Bus
from homeward.bus.settings import Device
from homeward.bus.watch import GIVEN_UP, Incident, Watch

log = logging.getLogger(__name__)
LOOK_S = 1.0
ENOUGH_BYTES = 64 * 1024 * 1024
"""With so much room again after a full disk, the server is started anew."""
QUIET_S = 60.0
"""A warning of one kind is logged at most this often, and a trouble counts as mended after so long without news."""
TROUBLES = {
    "full": (
        "log full",
        "the log has no room and refused messages; see what keeps history from being stored, free space",
    ),
    "dropped": (
        "overload",
        "messages at QoS 0 came faster than they could be stored and were dropped; send less, or QoS 1",
    ),
}


class BrokerWatch:
    """Looks into the server's log each second; `counts` are what it found since the start, by kind."""

    def __init__(self, bus: Bus, trouble: Trouble) -> None:
        self._bus, self._trouble = bus, trouble
        self._watch = Watch(bus.settings.store / "nats.log")
        self.counts = self._watch.counts
        self._given_up = False
        self._told: dict[str, float] = {}
        self._seen: dict[str, float] = {}
        self._allowance = Allowance(each=20, all=200)

    async def keep(self) -> None:
        """Look until cancelled."""
        try:
            while True:
                await asyncio.sleep(LOOK_S)
                await self.look()
        finally:
            self._watch.close()

    async def look(self) -> None:
        """Look once, and tell."""
        for incident in self._watch.look():
            self._warn(incident)
            self._given_up = self._given_up or any(sign in incident.line for sign in GIVEN_UP)
            device = self._bus.who(incident.client, incident.user)
            if device and self._allowance.take(device.user.encode(), time()):
                await self._bus.complain([fault(incident, device, self._bus.settings.largest_payload_bytes)])
        if self._given_up and shutil.disk_usage(self._bus.settings.store).free > ENOUGH_BYTES:
            self._given_up = False
            self._bus.server.renew()
        for kind, (place, _) in TROUBLES.items():
            if kind in self._seen and monotonic() - self._seen[kind] > QUIET_S:
                del self._seen[kind]
                self._trouble.say(place, "")

    def _warn(self, incident: Incident) -> None:
        now = monotonic()
        if now - self._told.get(incident.kind, -QUIET_S) >= QUIET_S:
            self._told[incident.kind] = now
            log.warning("broker: %s (%d so far): %s", incident.kind, self.counts[incident.kind], incident.line)
        if incident.kind in TROUBLES:
            self._seen[incident.kind] = now
            self._trouble.say(*TROUBLES[incident.kind])


def fault(incident: Incident, device: Device, largest_bytes: int) -> Fault:
    """What is said on the `…/errors` of a device about something the broker did to it."""
    node = device.node if "/" in device.node else f"{device.node}/{device.user}"
    topic = incident.subject.replace(".", "/")
    words = {
        "payload": f"a message was larger than the {largest_bytes} bytes that one may have, and the connection was "
        "ended; send less at once, or raise homeward up --largest-message",
        "forbidden": f"{topic or 'that topic'} is not for these credentials; they are for {device.node}",
        "slow": "messages were not read fast enough, and the connection was ended; read faster, or hear less",
    }
    said = words.get(incident.kind, f"the broker refused something: {incident.kind}")
    return Fault(f"homeward.{node.replace('/', '.')}.broker", time(), said, topic)
