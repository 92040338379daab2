"""A hub with its pages and API, from start to Ctrl-C: what `homeward up` and `homeward demo` run."""

import asyncio
import contextlib
import os
import secrets
import signal
import socket
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import uvicorn
from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError

from homeward import __version__
from homeward.app.figures import Figures
from homeward.app.households import Households
from homeward.app.hub import Hub
from homeward.app.roadmap import Roadmap
from homeward.app.tasks import end
from homeward.app.view import HubHouse, Show
from homeward.core.signal import Refused
from homeward.surfaces import metrics, roads_api
from homeward.surfaces.api import holding, router, tell_invalid
from homeward.surfaces.guard import Guard
from homeward.surfaces.shares import Shares
from homeward.surfaces.web import mount


@dataclass(frozen=True, slots=True)
class Door:
    """Where the pages are. A port of 0 means: any free one."""

    host: str = "127.0.0.1"
    port: int = 8420

    def open(self) -> socket.socket:
        """A listening socket. Raises Refused if the port is busy or the host is not this machine's loopback."""
        if self.host not in ("127.0.0.1", "::1", "localhost"):
            raise Refused(
                f"{self.host} is not loopback; pages for other machines need credentials, which are not there yet"
            )
        listener = socket.socket(socket.AF_INET6 if ":" in self.host else socket.AF_INET)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((self.host, self.port))
        except OSError as problem:
            listener.close()
            raise Refused(
                f"port {self.port} is busy ({problem.strerror}); is another homeward running? "
                "Stop it, or choose another with --port"
            ) from None
        return listener


def token_of(folder: Path) -> str:
    """The API's token, made at the first start and readable by this user only."""
    path = folder / "api-token"
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secrets.token_urlsafe(32))
    return path.read_text().strip()


async def serve(
    hub: Hub,
    door: Door,
    ready: Callable[[str, Hub], None],
    show: Show | None = None,
    household_file: tuple[str, str, Mapping[str, str]] | None = None,
    roadmap: Roadmap | None = None,
) -> None:
    """Run until SIGINT or SIGTERM; `ready` gets the pages' address; `household_file` is (text, name, templates)."""
    listener = door.open()
    households = Households(hub)
    households.restore()
    try:
        async with hub:
            if household_file:
                await households.apply(*household_file)
            figures = Figures(hub)
            app = make_app(hub, households, figures, show, roadmap)
            server = uvicorn.Server(uvicorn.Config(app, log_config=None, lifespan="on", timeout_graceful_shutdown=1))
            host = f"[{door.host}]" if ":" in door.host else door.host
            async with (
                _ended_by_signals() as ended,
                _running(server, listener),
                _running_task(households.keep_offsets()),
                _running_task(figures.keep()),
                _running_task(roadmap.keep() if roadmap else asyncio.sleep(0)),
            ):
                ready(f"http://{host}:{listener.getsockname()[1]}", hub)
                await _first(ended.wait(), hub.run())
    finally:
        listener.close()
        households.registry.close()


def make_app(
    hub: Hub, households: Households, figures: Figures, show: Show | None = None, roadmap: Roadmap | None = None
) -> FastAPI:
    """The web application: pages, API, and the guard before both."""
    house = HubHouse(hub, households.zone, households.able, show)
    app = FastAPI(title="homeward", version=__version__, docs_url="/api/docs", openapi_url="/api/openapi.json")
    authorised = holding(token_of(hub.settings.folder))
    app.include_router(router(house, households, authorised))
    shares = Shares(hub.settings.folder / "shares.json")
    app.include_router(roads_api.router(house, roadmap, shares, authorised))
    app.add_exception_handler(RequestValidationError, tell_invalid)
    app.include_router(metrics.router(figures.all))
    mount(app, house, roadmap, shares)
    app.add_middleware(Guard)
    return app


@contextlib.asynccontextmanager
async def _ended_by_signals() -> AsyncIterator[asyncio.Event]:
    ended, loop = asyncio.Event(), asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, ended.set)
    try:
        yield ended
    finally:
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.remove_signal_handler(number)


@contextlib.asynccontextmanager
async def _running(server: uvicorn.Server, listener: socket.socket) -> AsyncIterator[None]:
    """The server while it runs; our own handlers stay in charge of signals."""
    server.capture_signals = contextlib.nullcontext  # type: ignore[method-assign,assignment]
    task = asyncio.create_task(server.serve(sockets=[listener]))
    while not server.started and not task.done():  # noqa: ASYNC110
        await asyncio.sleep(0.01)  # uvicorn offers no event to wait for
    try:
        yield
    finally:
        server.should_exit = True
        await asyncio.wait([task], timeout=5)


@contextlib.asynccontextmanager
async def _running_task(work: object) -> AsyncIterator[None]:
    task = asyncio.ensure_future(work)  # type: ignore[call-overload]
    try:
        yield
    finally:
        await end([task])


async def _first(*works: object) -> None:
    """Wait for whichever ends first, end the others, and raise what it raised."""
    tasks = [asyncio.ensure_future(work) for work in works]  # type: ignore[call-overload]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()
    finally:
        await end(tasks)
