"""The durable log: the stream that NATS keeps MQTT's QoS 1 messages in, taken over and widened to everything.

NATS stores a QoS 1 message in its stream `$MQTT_msgs` before it sends PUBACK; no other stream promises that. So this
one is made by us, before the door for MQTT opens, with two differences from what the server would make: it keeps
messages until we purge them (not until MQTT sessions have had them), and it also takes `homeward.>`, where QoS 0 and
plain NATS messages come in. One stream is one order and one sequence number. A QoS 1 message is in it twice; its live
copy says so in a header and is left out by the reader.
"""

import asyncio
import json
from collections import deque
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from nats.aio.client import Client
from nats.errors import Error as NatsError
from nats.errors import NoRespondersError

from homeward.bus.settings import BusError, Place, Settings, as_subject

STREAM = "$MQTT_msgs"
ASKED_AGAIN, AGAIN_S = 40, 0.05
SUBJECTS = ["$MQTT.msgs.>", "homeward.>"]


@dataclass(frozen=True, slots=True)
class LogState:
    """The log as it is: which it is (`stream`), its first and last sequence, its size and how full that is (0 to 1)."""

    stream: str
    first: int
    last: int
    messages: int
    size_bytes: int
    full: float


class Log:
    """Makes, inspects and trims the log over a connection of the hub's."""

    def __init__(self, client: Client, settings: Settings) -> None:
        self._client, self._settings = client, settings
        self._kept: deque[Place] = deque()

    async def ask(self, what: str, question: dict[str, Any] | None = None) -> dict[str, Any]:
        """The server's answer to a JetStream request, errors included as its `error`.

        Raises BusError. While the server takes over new credentials nobody answers for a moment; so it is asked again.
        """
        data = json.dumps(question).encode() if question is not None else b""
        for _ in range(ASKED_AGAIN):
            try:
                reply = await self._client.request(f"$JS.API.{what}", data, timeout=10)
            except NoRespondersError:
                await asyncio.sleep(AGAIN_S)
            except (NatsError, TimeoutError) as error:
                raise BusError(f"the log does not answer ({what}): {error!r}") from error
            else:
                answer: dict[str, Any] = json.loads(reply.data)
                return answer
        raise BusError(f"nobody answers for the log ({what})")

    async def make(self) -> None:
        """Make the log, or bring an older one up to today's settings. Raises BusError if the server refuses."""
        further = [as_subject(topic) for topic in self._settings.listen]
        config = {
            "name": STREAM,
            "subjects": SUBJECTS + further,
            "retention": "limits",
            "storage": "file",
            "num_replicas": 1,
            "max_bytes": self._settings.most_log_bytes,
            "discard": "new",  # a full log refuses (no PUBACK) rather than forget what nobody has read
        }
        answer = await self.ask(f"STREAM.CREATE.{STREAM}", config)
        if answer.get("error"):
            answer = await self.ask(f"STREAM.UPDATE.{STREAM}", config)
        if answer.get("error"):
            raise BusError(f"the log could not be made: {answer['error'].get('description')}")

    async def state(self) -> LogState:
        """How the log is now."""
        info = await self.ask(f"STREAM.INFO.{STREAM}")
        if info.get("error"):
            raise BusError(f"the log is not there: {info['error'].get('description')}")
        state = info["state"]
        size = int(state["bytes"])
        return LogState(
            info["created"],
            int(state["first_seq"]),
            int(state["last_seq"]),
            int(state["messages"]),
            size,
            size / self._settings.most_log_bytes,
        )

    async def after(self, place: Place | None, state: LogState) -> dict[str, Any]:
        """Where a consumer has to begin to deliver exactly what follows `place`, as its configuration says it."""
        if place is None or place.stream != state.stream:
            return {"deliver_policy": "all"}
        if place.sequence > state.last or not await self._same_message(place):
            # After a power cut the log may end before the snapshot, and give the same numbers again: go by time.
            return {"deliver_policy": "by_start_time", "opt_start_time": _rfc3339(place.time + 1e-6)}
        return {"deliver_policy": "by_start_sequence", "opt_start_seq": place.sequence + 1}

    async def _same_message(self, place: Place) -> bool:
        found = await self.ask(f"STREAM.MSG.GET.{STREAM}", {"seq": place.sequence})
        if found.get("error") or not place.time:
            return True  # purged meanwhile
        return abs(_seconds(found["message"]["time"]) - place.time) < 1e-4

    async def trim(self, reached: Place) -> LogState:
        """Let go of what was reached long enough ago; of everything reached, if the log is half full."""
        self._kept.append(reached)
        state = await self.state()
        upto = 0
        while self._kept and (state.full > 0.5 or self._kept[0].time < reached.time - self._settings.keep_seconds):
            upto = self._kept.popleft().sequence
        if upto >= state.first:
            await self.ask(f"STREAM.PURGE.{STREAM}", {"seq": upto + 1})
            state = await self.state()
        if len(self._kept) > 10_000:  # an hour of snapshots is enough to choose from
            self._kept = deque(list(self._kept)[::2])
        return state


def _seconds(text: str) -> float:
    whole, _, fraction = text.rstrip("Z").partition(".")
    return datetime.fromisoformat(whole + "+00:00").timestamp() + float("0." + (fraction or "0"))


def _rfc3339(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
