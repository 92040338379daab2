"""What a connector tells, as a stream."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from homeward.app.tasks import end
from homeward.core.connector import Clock, Connector, Message, Unread


@asynccontextmanager
async def sensing(connector: Connector, clock: Clock) -> AsyncGenerator[AsyncGenerator[Message, None], None]:
    """Let it sense in a task of its own, and read what it tells; raises what it raises."""
    told: asyncio.Queue[Message] = asyncio.Queue()

    def tell(message: Message | Unread) -> None:
        if (read := message.read() if isinstance(message, Unread) else message) is not None:
            told.put_nowait(read)

    task = asyncio.create_task(connector.sense(clock, tell))

    async def stream() -> AsyncGenerator[Message, None]:
        while not task.done() or not told.empty():
            waiting = asyncio.create_task(told.get())
            await asyncio.wait({task, waiting}, return_when=asyncio.FIRST_COMPLETED)
            if waiting.done():
                yield waiting.result()
            else:
                await end([waiting])
        task.result()

    try:
        yield stream()
    finally:
        await end([task])
