"""A hub with its pages and API, from start to Ctrl-C: what `homeward up` and `homeward demo` run."""

import asyncio
import contextlib
import signal
import socket
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import uvicorn
from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError

from homeward import __version__
from homeward.app.cars import Cars
from homeward.app.charging import Charging
from homeward.app.consumption import Learner
from homeward.app.drives import Drives
from homeward.app.feeds import Feeds
from homeward.app.figures import Figures
from homeward.app.households import Households
from homeward.app.hub import Hub
from homeward.app.keys import Keyring
from homeward.app.roadmap import Roadmap
from homeward.app.tasks import end
from homeward.app.view import HubHouse, Show
from homeward.core.signal import Refused
from homeward.surfaces import metrics, roads_api, sign_in, tokens_api
from homeward.surfaces.access import Keys, is_here
from homeward.surfaces.api import router, tell_invalid
from homeward.surfaces.guard import Guard
from homeward.surfaces.remote import ADDRESS
from homeward.surfaces.shares import Shares
from homeward.surfaces.web import mount


@dataclass(frozen=True, slots=True)
class Door:
    """Where the pages are. A port of 0 means: any free one."""

    host: str = "127.0.0.1"
    port: int = 8420

    certificate: Path | None = None
    key: Path | None = None
    """PEM files for TLS."""

    @property
    def is_open(self) -> bool:
        """Whether other machines may come; they need tokens."""
        return not is_here(self.host)

    def open(self) -> socket.socket:
        """A listening socket. Raises Refused if the port is busy or the certificate has no key."""
        if (self.certificate is None) != (self.key is None):
            raise Refused("--certificate and --key belong together")
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
            app = make_app(hub, households, figures, show, roadmap, door.is_open)
            server = uvicorn.Server(_configured(app, door))
            host = f"[{door.host}]" if ":" in door.host else door.host
            async with (
                _ended_by_signals() as ended,
                _running(server, listener),
                _running_task(households.keep_offsets()),
                _running_task(figures.keep()),
                _on_the_roads(hub, roadmap),
            ):
                scheme = "https" if door.certificate else "http"
                url = f"{scheme}://{host}:{listener.getsockname()[1]}"
                with _noted(hub.settings.folder / ADDRESS, url):
                    ready(url, hub)
                    await _first(ended.wait(), hub.run())
    finally:
        listener.close()
        households.registry.close()


@contextlib.contextmanager
def _noted(file: Path, url: str) -> Iterator[None]:
    """Say in the hub's folder where it answers, as long as it does."""
    file.write_text(url, encoding="utf-8")
    try:
        yield
    finally:
        file.unlink(missing_ok=True)


def _configured(app: FastAPI, door: Door) -> uvicorn.Config:
    tls = {"ssl_certfile": str(door.certificate), "ssl_keyfile": str(door.key)} if door.certificate else {}
    return uvicorn.Config(app, log_config=None, lifespan="on", timeout_graceful_shutdown=1, **tls)  # type: ignore[arg-type]


def make_app(
    hub: Hub,
    households: Households,
    figures: Figures,
    show: Show | None = None,
    roadmap: Roadmap | None = None,
    is_open: bool = False,
) -> FastAPI:
    """The web application: pages, API, and the guard before both."""
    house = HubHouse(hub, households.zone, households.able, show)
    app = FastAPI(title="homeward", version=__version__, docs_url="/api/docs", openapi_url="/api/openapi.json")
    ring = Keyring(hub.settings.folder, households.registry)
    keys, shares = Keys(ring.find), Shares(hub.settings.folder / "shares.json")
    app.include_router(router(house, households, keys))
    app.include_router(roads_api.router(house, roadmap, shares, keys))
    app.include_router(tokens_api.router(ring, keys))
    app.include_router(sign_in.router(ring.find))
    app.add_exception_handler(RequestValidationError, tell_invalid)
    app.include_router(metrics.router(figures.all, keys))
    mount(app, house, roadmap, shares, keys)
    app.add_middleware(Guard, find=ring.find if is_open else None)
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


@contextlib.asynccontextmanager
async def _on_the_roads(hub: Hub, roadmap: Roadmap | None) -> AsyncIterator[None]:
    """All that goes on beside a hub that has a map."""
    async with contextlib.AsyncExitStack() as stack:
        if roadmap is not None:
            cars = roadmap.cars or Cars.of_hub(hub)
            drives = Drives(hub, roadmap.guide, hub.settings.folder, Learner(hub, cars, roadmap.network))
            charging, feeds = Charging(hub, roadmap, cars), Feeds(roadmap.sources, roadmap)
            for work in (roadmap.keep(), drives.keep(), feeds.keep(), charging.keep()):
                await stack.enter_async_context(_running_task(work))
        yield


async def _first(*works: object) -> None:
    """Wait for whichever ends first, end the others, and raise what it raised."""
    tasks = [asyncio.ensure_future(work) for work in works]  # type: ignore[call-overload]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()
    finally:
        await end(tasks)
