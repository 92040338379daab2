"""Keeps foreign web pages out: a browser on this machine must not act for a page that came from elsewhere."""

from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

LOOPBACK = {"127.0.0.1", "localhost", "[::1]", "::1", "testserver"}


class Guard:
    """Refuses what a foreign web page makes a browser send here (other host names, other origins), sockets included."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on what comes from a page of our own or from no page at all."""
        if scope["type"] in ("http", "websocket") and not _is_own(Headers(scope=scope)):
            if scope["type"] == "websocket":
                await send({"type": "websocket.close", "code": 1008})
                return
            answer = Response("homeward answers only to pages of its own, on this machine\n", status_code=403)
            await answer(scope, receive, send)
            return
        await self._app(scope, receive, send)


def _is_own(headers: Headers) -> bool:
    host, origin = headers.get("host", ""), headers.get("origin")
    name = host.rsplit(":", 1)[0] if host.count(":") == 1 or "]" in host else host
    return name in LOOPBACK and (origin is None or origin.split("://", 1)[-1] == host)
