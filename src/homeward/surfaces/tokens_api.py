"""The API's routes about tokens: made, listed without their secrets, and taken back."""

from typing import Annotated, Any, Protocol

from fastapi import APIRouter, Depends
from pydantic import BaseModel, Field, FiniteFloat

from homeward.surfaces.access import Access, Keys
from homeward.surfaces.api import ANSWERS, CLOSED, Text, told

DAY_S = 86_400.0


class Tokens(Protocol):
    """What the API may do with tokens."""

    def add_token(self, name: str, scopes: list[str], household: str, person: str, seconds: float | None) -> str:
        """A new token's secret. Raises Refused."""

    def tokens(self) -> list[dict[str, Any]]:
        """All of them, without their secrets."""

    def remove_token(self, name: str) -> None:
        """Take one back. Raises Refused."""


class TokenBody(BaseModel):
    """What a token may do (look, wish, readings, arrange), for one household or all, as a person, for so many days."""

    name: Text = Field(examples=["dashboard"], min_length=1, max_length=64)
    scopes: list[Text] = Field(examples=[["look", "wish"]], min_length=1, max_length=4)
    household: Text = Field("", max_length=100)
    person: Text = Field("", max_length=100)
    days: FiniteFloat | None = Field(None, gt=0, le=36_500)


def router(admin: Tokens, keys: Keys) -> APIRouter:
    """The routes."""
    api = APIRouter(prefix="/api", tags=["tokens"], responses=ANSWERS | CLOSED)
    Arranging = Annotated[Access, Depends(keys.needing("arrange"))]

    @api.get("/tokens")
    def tokens(access: Arranging) -> list[dict[str, Any]]:
        """All tokens by name, without their secrets."""
        access.everything()
        return admin.tokens()

    @api.post("/tokens", status_code=201)
    def add(body: TokenBody, access: Arranging) -> dict[str, str]:
        """A new token; its secret is told this once."""
        access.everything()
        with told(422):
            seconds = None if body.days is None else body.days * DAY_S
            return {"token": admin.add_token(body.name, body.scopes, body.household, body.person, seconds)}

    @api.delete("/tokens/{name}", status_code=204)
    def remove(name: str, access: Arranging) -> None:
        """Let a token be worth nothing any more, at once."""
        access.everything()
        with told(404):
            admin.remove_token(name)

    return api
