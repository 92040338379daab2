"""The HTTP API: what pages see as JSON, wishes, and household files. Described at `/api/docs` (OpenAPI).

From this machine everybody may look; changing anything, and looking from elsewhere, needs a token as `Authorization:
Bearer …` (access.py), so that a web page opened in a browser here cannot act in its visitor's name.
"""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import Annotated, Any, Protocol

from fastapi import APIRouter, Depends, HTTPException, Request, Response
from fastapi.exceptions import RequestValidationError
from pydantic import AfterValidator, BaseModel, Field, FiniteFloat

from homeward.core.signal import Broken, Refused, UnknownSignal, Value, Wish
from homeward.surfaces.access import Access, Keys
from homeward.surfaces.house import Decision, House
from homeward.surfaces.letting import check_known, letting

LARGEST_FILE = 1_000_000


class Admin(Protocol):
    """What the API may do to the hub beyond what a page may."""

    async def apply(self, text: str, name: str, templates: Mapping[str, str]) -> dict[str, list[str]]:
        """Apply a household file: what was added, changed and removed. Raises Refused listing every problem."""

    async def hear(self, node: str, readings: dict[str, Value]) -> None:
        """Put readings into the log. Raises Refused or UnknownSignal for what cannot be."""

    async def add_device(self, node: str) -> dict[str, str | int | list[str]]:
        """Give a node credentials for the broker. Raises UnknownSignal or Refused."""

    async def remove_device(self, node: str) -> None:
        """Take them back. Raises Refused."""

    async def keep(self) -> None:
        """Write down what waits in memory. Raises Broken or OSError."""

    def health(self) -> dict[str, Any]:
        """Whether all is well, and figures of the hub."""


def _whole(text: str) -> str:
    """Text that can be written down: JSON can bring halves of characters that no encoding has."""
    if any("\ud800" <= sign <= "\udfff" for sign in text):
        raise ValueError("the text has half a character (a lone surrogate); write it whole")
    return text


Text = Annotated[str, AfterValidator(_whole)]


class WishBody(BaseModel):
    """A wish: what `path` of which `node` should be, until when (s since 1970), and why."""

    node: Text = Field(examples=["lind/home"], max_length=100)
    path: Text = Field(examples=["Home.Climate.TargetTemperature"], max_length=200)
    value: bool | FiniteFloat | Text | None = Field(examples=[21.5])
    by: Text = Field(examples=["lind/ada"], max_length=100)
    until: FiniteFloat | None = None
    why: Text = Field("", max_length=2000)


class ReadingsBody(BaseModel):
    """Readings of a node, true now, by path."""

    node: Text = Field(examples=["lind/car"], max_length=100)
    readings: dict[Text, bool | FiniteFloat | Text] = Field(max_length=2000)


class FileBody(BaseModel):
    """A household file's text, its name for error messages, and the user's own templates by file name."""

    text: Text = Field(max_length=LARGEST_FILE)
    name: Text = Field("household.yaml", max_length=300)
    templates: dict[Text, Text] = Field({}, max_length=100)


class LettingBody(BaseModel):
    """Which skills act from now on, or only watch; none named: all of them. `by` (a person) is known where left out."""

    skills: list[Text] = Field([], examples=[["arrival"]], max_length=100)
    act: bool
    by: Text | None = Field(None, examples=["lind/ada"], max_length=100)


class AnswerBody(BaseModel):
    """A person's answer to what they were asked to do by hand; `by` (a person) is known where left out."""

    done: bool
    why: Text = Field("", max_length=2000)
    by: Text | None = Field(None, examples=["lind/ada"], max_length=100)


class Refusal(BaseModel):
    """Why it was not done: in words, or (for a body of the wrong shape) as a list of places and what is wrong there."""

    detail: str | list[dict[str, Any]]


ANSWERS: dict[int | str, dict[str, Any]] = {
    404: {"model": Refusal, "description": "There is no such thing"},
    422: {"model": Refusal, "description": "It cannot be: the words say why, and what could"},
}
CLOSED: dict[int | str, dict[str, Any]] = {
    401: {"model": Refusal, "description": "The token is missing or wrong"},
    403: {"model": Refusal, "description": "The token is not for this"},
}


def router(house: House, admin: Admin, keys: Keys) -> APIRouter:
    """The API's routes; `keys` say who may use them."""
    looking = APIRouter(
        prefix="/api", tags=["look"], responses=ANSWERS | CLOSED, dependencies=[Depends(keys.needing("look"))]
    )
    changing = APIRouter(prefix="/api", tags=["change"], responses=ANSWERS | CLOSED)
    _look_at_hub(looking, house, admin, keys)
    _look_at_node(looking, house)
    _ask(changing, house, keys)
    _hear(changing, admin, keys)
    _arrange(changing, admin, keys)
    both = APIRouter()
    both.include_router(looking)
    both.include_router(changing)
    return both


def _look_at_hub(api: APIRouter, house: House, admin: Admin, keys: Keys) -> None:
    Looking = Annotated[Access, Depends(keys.needing("look"))]

    @api.get("/health")
    def health(access: Looking) -> dict[str, Any]:
        """Whether the hub is well, in words and figures."""
        access.everything()
        return admin.health()

    @api.get("/households")
    def households(access: Looking) -> list[dict[str, Any]]:
        """The households with their nodes."""
        return [
            {
                "name": name,
                "zone": house.zone(name),
                "nodes": [{"name": node, "kind": kind.word} for node, kind in house.nodes(name)],
            }
            for name in house.households()
            if not access.household or name == access.household
        ]

    @api.get("/decisions/{household}")
    def decisions(household: str, limit: Annotated[int, Field(ge=1, le=1000)] = 100) -> list[dict[str, Any]]:
        """What was decided, by whom, why, and what became of it; newest first."""
        return [_plain(one) for one in house.decisions(household, limit)]

    @api.get("/errands/{household}")
    def errands(household: str) -> list[dict[str, Any]]:
        """What people are asked to do by hand and have not answered, newest first."""
        with told(404):
            check_known(house, household)
        return [_plain(one) for one in house.errands(household)]

    @api.get("/skills/{household}")
    def skills(household: str) -> list[dict[str, Any]]:
        """The skills that may ask for things in a household, and whether each acts or only watches."""
        with told(404):
            check_known(house, household)
        return [{"name": one.name, "does": one.does, "acts": one.acts} for one in house.skills(household)]


def _look_at_node(api: APIRouter, house: House) -> None:
    @api.get("/nodes/{household}/{node}")
    def node_signals(household: str, node: str) -> list[dict[str, Any]]:
        """Everything known of a node."""
        with told(404):
            return [
                {"path": known.signal.path, "value": known.value, "at": known.at, "unit": known.signal.unit}
                for known in house.signals(f"{household}/{node}")
            ]

    @api.get("/history/{household}/{node}/{path}")
    async def history(
        household: str, node: str, path: str, since: float, until: float
    ) -> dict[str, list[float | None]]:
        """Readings of one signal between two times (s since 1970)."""
        times, values = await house.history(f"{household}/{node}", path, since, until)
        return {"times": times.tolist(), "values": [None if value != value else value for value in values.tolist()]}


def _ask(api: APIRouter, house: House, keys: Keys) -> None:
    Asking = Annotated[Access, Depends(keys.needing("wish"))]

    @api.post("/wishes", status_code=202)
    async def wish(body: WishBody, access: Asking) -> dict[str, str]:
        """Ask for something; it is settled like everything else. Its id finds it among the decisions."""
        value: Value | None = body.value
        access.about_node(body.node)
        by = access.speaks_as(body.by) or body.by
        asked = Wish(body.node, body.path, value, house.now(), by, body.until, body.why)
        with told(422):
            return {"id": await house.wish(asked)}

    @api.put("/skills/{household}", status_code=202)
    async def let(household: str, body: LettingBody, access: Asking) -> dict[str, str]:
        """Let skills act, or only watch: a wish like any other, whose id finds it among the decisions."""
        with told(422):
            asked = letting(house, household, body.skills, body.act, "said over the API")
            return {"id": await house.wish(replace(asked, by=access.speaks_as(body.by) or asked.by))}

    @api.post("/errands/{household}/{id}", status_code=202)
    async def answer(household: str, id: str, body: AnswerBody, access: Asking) -> dict[str, bool]:
        """Say that it is done, or will not be: the outcome of the command."""
        with told(404):
            check_known(house, household)
            by = access.speaks_as(body.by) or house.visitor(household)
            await house.answer(household, id, body.done, by, body.why)
        return {"done": body.done}


def _hear(api: APIRouter, admin: Admin, keys: Keys) -> None:
    @api.post("/readings", status_code=202)
    async def hear(body: ReadingsBody, access: Annotated[Access, Depends(keys.needing("readings"))]) -> dict[str, int]:
        """Tell readings, as a connector of your own; those that arrive over MQTT need no API."""
        access.about_node(body.node)
        with told(422):
            await admin.hear(body.node, dict(body.readings))
        return {"readings": len(body.readings)}


def _arrange(api: APIRouter, admin: Admin, keys: Keys) -> None:
    Arranging = Annotated[Access, Depends(keys.needing("arrange"))]

    @api.post("/devices/{household}/{node}", status_code=201)
    async def add_device(household: str, node: str, _: Arranging) -> dict[str, str | int | list[str]]:
        """Give a node new credentials for the broker; the password is told this once.

        `topics` and `listens` are the foreign topics that templates of the hub's own door have for it, if any.
        """
        with told(404):
            return await admin.add_device(f"{household}/{node}")

    @api.delete("/devices/{household}/{node}", status_code=204)
    async def remove_device(household: str, node: str, _: Arranging) -> None:
        """Take a node's credentials back."""
        with told(404):
            await admin.remove_device(f"{household}/{node}")

    @api.post("/kept", status_code=204, responses={503: {"model": Refusal, "description": "The disk refuses"}})
    async def keep(_: Arranging) -> None:
        """Write down at once what waits in memory, as the hub does by itself every few seconds: history is then new."""
        try:
            await admin.keep()
        except (Broken, OSError) as problem:
            raise HTTPException(503, str(problem)) from None

    @api.put("/households")
    async def apply(body: FileBody, access: Arranging) -> dict[str, list[str]]:
        """Apply a household file to the running hub: all of it or nothing."""
        access.everything()
        with told(422):
            return await admin.apply(body.text, body.name, body.templates)


def _plain(one: Decision) -> dict[str, Any]:
    fields = ("id", "at", "node", "path", "value", "until", "why", "by", "state", "outcome_why")
    return {name: getattr(one, name) for name in fields}


async def tell_invalid(_: Request, problem: Exception) -> Response:
    """What is wrong with a request, where and why; not what it said, which may be what JSON cannot hold."""
    assert isinstance(problem, RequestValidationError)
    wrong = [{"loc": list(one["loc"]), "msg": one["msg"], "type": one["type"]} for one in problem.errors()]
    return Response(json.dumps({"detail": wrong}), 422, media_type="application/json")


@contextmanager
def told(status: int) -> Iterator[None]:
    """What a caller can mend becomes an answer of that status, in words."""
    try:
        yield
    except (Refused, UnknownSignal) as problem:
        raise HTTPException(status, str(problem)) from None
