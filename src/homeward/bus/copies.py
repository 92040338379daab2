"""The log as bytes: copied while the server runs, every message with its number and time, and put back elsewhere."""

import asyncio
import json
from collections.abc import Callable, Iterable
from typing import Any

from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.errors import Error as NatsError

from homeward.bus.log import STREAM
from homeward.bus.settings import BusError

CHUNK_BYTES = 128 * 1024
PATIENCE_S = 30.0
WHOLE = "204"
"""The status with which the server ends a copy that is whole, if it says any."""


async def copy_log(client: Client, write: Callable[[bytes], object]) -> dict[str, Any]:
    """Hand all of the log to `write`, piece by piece; returns what `restore_log` needs besides (JSON-able).

    Raises BusError if it cannot be had whole.
    """
    inbox, pieces = client.new_inbox(), asyncio.Queue[Msg]()
    subscription = await client.subscribe(inbox, cb=pieces.put)
    try:
        asked = {"deliver_subject": inbox, "no_consumers": True, "chunk_size": CHUNK_BYTES}
        answer = await _ask(client, f"$JS.API.STREAM.SNAPSHOT.{STREAM}", json.dumps(asked).encode())
        while (piece := await asyncio.wait_for(pieces.get(), PATIENCE_S)).data:
            await asyncio.to_thread(write, piece.data)
            if piece.reply:  # the server waits for an answer before it sends much more
                await piece.respond(b"")
        if (status := (piece.headers or {}).get("Status", WHOLE)) != WHOLE:
            raise BusError(f"the log could not be copied: the server broke off (status {status})")
    except (NatsError, TimeoutError) as problem:
        raise BusError(f"the log could not be copied: {problem or 'the server fell silent'}") from None
    finally:
        await subscription.unsubscribe()
    return {"config": answer["config"], "state": answer["state"]}


async def restore_log(client: Client, made: dict[str, Any], pieces: Iterable[bytes]) -> str:
    """Put a copy back into a server that has no log yet; returns the stream's new name for places in it.

    Raises BusError if what is there then is not what was copied.
    """
    try:
        answer = await _ask(client, f"$JS.API.STREAM.RESTORE.{STREAM}", json.dumps(made).encode())
        for piece in pieces:
            await _ask(client, answer["deliver_subject"], piece)
        await _ask(client, answer["deliver_subject"], b"")
        found = await _ask(client, f"$JS.API.STREAM.INFO.{STREAM}", b"")
    except (NatsError, TimeoutError) as problem:
        raise BusError(f"the log could not be put back: {problem or 'the server fell silent'}") from None
    for name in ("messages", "first_seq", "last_seq"):
        if found["state"][name] != made["state"][name]:
            raise BusError(f"the log put back has {name} {found['state'][name]}, the copy {made['state'][name]}")
    return str(found["created"])


async def _ask(client: Client, subject: str, payload: bytes) -> dict[str, Any]:
    reply = await client.request(subject, payload, timeout=PATIENCE_S)
    answer: dict[str, Any] = json.loads(reply.data) if reply.data else {}
    if answer.get("error"):
        raise BusError(f"the log's server says: {answer['error'].get('description')}")
    return answer
