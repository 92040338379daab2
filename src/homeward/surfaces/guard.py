"""Keeps foreign web pages out, and from other machines everybody who has not signed in.

A browser on this machine must not act for a page that came from elsewhere; and a hub that is open to other machines
shows its pages there only to who brings a token.
"""

from starlette.datastructures import Headers
from starlette.requests import HTTPConnection
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from homeward.surfaces.access import COOKIE, Find, is_here

LOOPBACK = {"127.0.0.1", "localhost", "[::1]", "::1", "testserver"}
OPEN = ("/api/", "/sign-in", "/sign-out", "/share/", "/_nicegui")
"""What has its own credentials, or is worth nothing without a page that was let out."""


class Guard:
    """Refuses what a foreign web page makes a browser send here (other host names, other origins), sockets included.

    `find` knows tokens where the hub is open to other machines; without it nothing comes from there.
    """

    def __init__(self, app: ASGIApp, find: Find | None = None) -> None:
        self._app, self._find = app, find

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on what comes from a page of our own, or from no page at all."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        caller = HTTPConnection(scope)
        here = is_here(caller.client.host if caller.client else "")
        if not _is_own(caller.headers, here or self._find is None):
            answer = Response("homeward answers only to pages of its own\n", status_code=403)
            await _refuse(answer, scope, receive, send)
        elif not here and self._find is not None and not self._let_in(caller):
            await _refuse(RedirectResponse(f"/sign-in?next={caller.url.path}", 303), scope, receive, send)
        else:
            await self._app(scope, receive, send)

    def _let_in(self, caller: HTTPConnection) -> bool:
        if caller.url.path.startswith(OPEN):
            return True
        said = caller.headers.get("authorization", "")
        secret = said.removeprefix("Bearer ").strip() if said else caller.cookies.get(COOKIE, "")
        access = self._find(secret) if secret and self._find else None
        return access is not None and "look" in access.scopes


async def _refuse(answer: Response, scope: Scope, receive: Receive, send: Send) -> None:
    if scope["type"] == "websocket":
        await send({"type": "websocket.close", "code": 1008})
    else:
        await answer(scope, receive, send)


def _is_own(headers: Headers, here: bool) -> bool:
    host, origin = headers.get("host", ""), headers.get("origin")
    name = host.rsplit(":", 1)[0] if host.count(":") == 1 or "]" in host else host
    return (not here or name in LOOPBACK) and (origin is None or origin.split("://", 1)[-1] == host)
