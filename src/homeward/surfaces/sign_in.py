"""Signing in from another machine: a page that takes a token and keeps it in a cookie no script can read."""

from html import escape
from typing import Annotated

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from homeward.surfaces.access import COOKIE, Find

KEPT_S = 30 * 86_400
PAGE = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Sign in · homeward</title>
<meta name="viewport" content="width=device-width, initial-scale=1"><style>
:root { color-scheme: light dark; --ground: #f6f6f4; --surface: #fff; --ink: #1b1d1f; --soft: #5b6066;
  --line: #c9c9c4; }
@media (prefers-color-scheme: dark) { :root { --ground: #101214; --surface: #181b1e; --ink: #eceef0; --soft: #a0a6ad;
  --line: #41464c; } }
body { margin: 0; min-height: 100vh; display: grid; place-items: center; background: var(--ground); color: var(--ink);
  font: 14px/20px system-ui, sans-serif; }
form { box-sizing: border-box; width: min(100vw - 32px, 400px); padding: 24px; border: 1px solid var(--line);
  border-radius: 12px; background: var(--surface); display: grid; gap: 16px; }
h1 { font-size: 18px; line-height: 24px; margin: 0; } p { margin: 0; color: var(--soft); }
input, button { box-sizing: border-box; width: 100%%; height: 48px; border: 1px solid var(--line); border-radius: 12px;
  font: inherit; font-size: 16px; padding: 0 16px; background: var(--surface); color: var(--ink); }
button { background: var(--ink); color: var(--surface); font-weight: 600; }
</style></head><body><form method="post" action="/sign-in"><h1>homeward</h1><p>%s</p>
<input type="hidden" name="next" value="%s">
<input name="token" type="password" autocomplete="current-password" aria-label="Token" placeholder="Token" required>
<button type="submit">Sign in</button></form></body></html>"""
ASKED = "A token of this hub lets you in. On the hub: homeward token add NAME --scope look --scope wish"
WRONG = "This token is not known here, or has ended."


def router(find: Find) -> APIRouter:
    """The routes `/sign-in` and `/sign-out`."""
    api = APIRouter(include_in_schema=False)

    @api.get("/sign-in")
    def ask(next: str = "/") -> HTMLResponse:
        return HTMLResponse(PAGE % (ASKED, escape(_own(next), quote=True)))

    @api.post("/sign-in")
    def enter(request: Request, token: Annotated[str, Form()], next: Annotated[str, Form()] = "/") -> Response:
        access = find(token.strip())
        if access is None or "look" not in access.scopes:
            return HTMLResponse(PAGE % (WRONG, escape(_own(next), quote=True)), status_code=401)
        answer = RedirectResponse(_own(next), status_code=303)
        secure = request.url.scheme == "https"
        answer.set_cookie(COOKIE, token.strip(), KEPT_S, httponly=True, samesite="strict", secure=secure)
        return answer

    @api.post("/sign-out")
    def leave() -> Response:
        answer = RedirectResponse("/sign-in", status_code=303)
        answer.delete_cookie(COOKIE)
        return answer

    return api


def _own(path: str) -> str:
    """A path of our own to go on to; never another site.

    >>> _own("/drive"), _own("//evil.example"), _own("https://evil.example")
    ('/drive', '/', '/')
    """
    return path if path.startswith("/") and not path.startswith(("//", "/\\")) else "/"
