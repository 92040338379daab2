"""One connection to a broker: what comes is handed over as it comes."""

import asyncio
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from typing import Self, cast

from homeward.connectors.mqtt import wire
from homeward.connectors.mqtt.wire import Delivery
from homeward.core.connector import ConnectorError
from homeward.core.signal import Broken

ANSWER_S = 10.0
KEEP_ALIVE_S = 30
Awaited = tuple[int, "asyncio.Future[bytes]"]
"""A packet's number, and the answer to it."""
Heard = Callable[["Link", list[Delivery]], None]
"""Takes over what came, and has it acknowledged. Raises Broken where it cannot: then the connection ends."""


@dataclass(frozen=True, slots=True)
class Address:
    """Where a broker is and how it lets us in."""

    host: str
    port: int
    client_id: str
    user: str = ""
    password: str = ""
    tls: ssl.SSLContext | None = None

    def __str__(self) -> str:
        return f"{self.host}:{self.port}"


class Link(asyncio.Protocol):
    """A connection that stands until it is lost or closed; a lost one is not mended, a new one is made."""

    def __init__(self, address: Address, heard: Heard) -> None:
        self.address, self._heard_by = address, heard
        loop = asyncio.get_running_loop()
        self._ready: asyncio.Future[int] = loop.create_future()
        self._answers: dict[int, asyncio.Future[bytes]] = {}
        self.ended: asyncio.Future[None] = loop.create_future()
        self._rest = b""
        self._taken: list[int] = []
        self._number = 0
        self._transport: asyncio.Transport | None = None
        self._heard = True
        self._timer: asyncio.TimerHandle | None = None
        self.lost = ""

    @classmethod
    async def open(cls, address: Address, filters: list[str], heard: Heard) -> Self:
        """Connect and subscribe; `heard` is called with what comes. Raises ConnectorError saying what is wrong."""
        link = cls(address, heard)
        loop = asyncio.get_running_loop()
        try:
            made = loop.create_connection(lambda: link, address.host, address.port, ssl=address.tls)
            async with asyncio.timeout(ANSWER_S):
                await made
            async with asyncio.timeout(ANSWER_S):
                code = await link._ready
            if code:
                raise ConnectorError(f"the broker at {address}: {wire.WHY_NOT.get(code, f'it refused ({code})')}")
            await link._subscribe(filters)
        except (TimeoutError, OSError) as problem:
            link.close()
            why = "no answer in time" if isinstance(problem, TimeoutError) else str(problem)
            raise ConnectorError(
                f"no broker at {address}: {why}; is it running, and are host and port right?"
            ) from None
        except BaseException:
            link.close()
            raise
        return link

    async def _subscribe(self, filters: list[str]) -> None:
        for start in range(0, len(filters), 100):
            some = filters[start : start + 100]
            number, answer = self._expect()
            self._write(wire.subscribe(number, some))
            codes = (await self.answered(number, answer))[2:]
            refused = [one for one, code in zip(some, codes, strict=False) if code == wire.REFUSED]
            if refused:
                raise ConnectorError(f"the broker at {self.address} does not let us listen to {', '.join(refused)}")

    def send(self, topic: str, payload: bytes, qos: int, retain: bool) -> Awaited | None:
        """Publish; at QoS 1, what `answered` waits for. Raises ConnectorError."""
        if qos == 0:
            self._write(wire.publish(topic, payload, 0, retain))
            return None
        awaited = self._expect()
        self._write(wire.publish(topic, payload, 1, retain, awaited[0]))
        return awaited

    def close(self) -> None:
        """End the connection; the broker keeps the session."""
        if self._transport:
            self._transport.write(wire.DISCONNECT)
            self._transport.close()

    def _expect(self) -> Awaited:
        for _ in range(0xFFFF):
            self._number = self._number % 0xFFFF + 1
            if self._number not in self._answers:
                answer = self._answers[self._number] = asyncio.get_running_loop().create_future()
                return self._number, answer
        raise ConnectorError(f"the broker at {self.address} has too much to answer")

    async def answered(self, number: int, answer: "asyncio.Future[bytes]") -> bytes:
        """The broker's answer to that number. Raises ConnectorError if it does not come in time."""
        try:
            async with asyncio.timeout(ANSWER_S):
                return await answer
        except TimeoutError:
            raise ConnectorError(f"the broker at {self.address} did not answer within {ANSWER_S:g} s") from None
        finally:
            self._answers.pop(number, None)

    def _write(self, data: bytes) -> None:
        if self._transport is None or self.lost:
            raise ConnectorError(self.lost or f"not connected to the broker at {self.address}")
        self._transport.write(data)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Introduce ourselves."""
        self._transport = cast(asyncio.Transport, transport)
        address = self.address
        self._transport.write(wire.connect(address.client_id, address.user, address.password, KEEP_ALIVE_S))
        self._timer = asyncio.get_running_loop().call_later(KEEP_ALIVE_S / 2, self._keep_alive)

    def data_received(self, data: bytes) -> None:
        """Take packets apart; messages are handed over, answers go to who waits for them."""
        self._heard = True
        try:
            deliveries, others, self._rest = wire.take_apart(self._rest + data if self._rest else data)
            for kind, body in others:
                self._other(kind, body)
        except (ValueError, IndexError) as problem:
            self._drop(f"the broker at {self.address} sent what cannot be read: {problem}")
            return
        if deliveries:
            try:
                self._heard_by(self, deliveries)
            except Broken as problem:
                self._drop(str(problem))

    def acknowledge(self, packet: int) -> None:
        """Let the broker forget a message; together with others of this moment."""
        if not self._taken:
            asyncio.get_running_loop().call_soon(self._acknowledge)
        self._taken.append(packet)

    def _acknowledge(self) -> None:
        taken, self._taken = self._taken, []
        if self._transport:
            self._transport.write(b"".join(map(wire.acknowledge, taken)))

    def connection_lost(self, error: Exception | None) -> None:
        """Tell everybody who waits."""
        self._drop(f"the broker at {self.address} closed the connection" + (f" ({error})" if error else ""))

    def _other(self, kind: int, body: bytes) -> None:
        if kind == wire.CONNACK:
            if not self._ready.done():
                self._ready.set_result(body[1])
        elif kind in (wire.PUBACK, wire.SUBACK):
            answer = self._answers.get(body[0] << 8 | body[1])
            if answer and not answer.done():
                answer.set_result(body)

    def _keep_alive(self) -> None:
        if self.lost or not self._transport:
            return
        if not self._heard:
            self._drop(f"the broker at {self.address} has been silent for {KEEP_ALIVE_S} s")
            return
        self._heard = False
        self._transport.write(wire.PING)
        self._timer = asyncio.get_running_loop().call_later(KEEP_ALIVE_S, self._keep_alive)

    def _drop(self, why: str) -> None:
        self.lost = self.lost or why
        if self._timer:
            self._timer.cancel()
        if self._transport:
            self._transport.abort()
            self._transport = None
        if not self._ready.done():
            self._ready.set_exception(OSError(why))
            self._ready.exception()
        for answer in self._answers.values():
            if not answer.done():
                answer.set_exception(ConnectorError(self.lost))
        if not self.ended.done():
            self.ended.set_exception(ConnectorError(self.lost))
            self.ended.exception()
