"""The API's routes about where to go: a household's destination and route, places by name, traffic on the roads."""

import json
from typing import Annotated, Any

from fastapi import APIRouter, Depends, HTTPException
from pydantic import BaseModel, Field, FiniteFloat

from homeward.surfaces.access import Access, Keys
from homeward.surfaces.api import ANSWERS, CLOSED, Text, told
from homeward.surfaces.atlas import Atlas, going, read_event, write_event
from homeward.surfaces.house import House
from homeward.surfaces.letting import check_known
from homeward.surfaces.shares import Shares

NO_MAP = "this hub has no map: make one with `homeward map build` and start it with --map"
SOURCE = "api"


class GoingBody(BaseModel):
    """Where the household goes: `home`, degrees and a name, a street's name, or '' for nowhere; when it leaves."""

    to: Text = Field(examples=["60.1699,24.9384 Central station"], max_length=200)
    departure: FiniteFloat | None = Field(None, ge=0)
    by: Text | None = Field(None, examples=["lind/ada"], max_length=100)


class EventBody(BaseModel):
    """A closed or slow stretch of road: points in degrees, km/h where it is slow, until when (s since 1970)."""

    id: Text = Field(examples=["works-7"], min_length=1, max_length=100)
    line: list[tuple[FiniteFloat, FiniteFloat]] = Field(examples=[[[60.1699, 24.9384]]], min_length=1, max_length=2000)
    speed_kmh: FiniteFloat | None = None
    road: Text = Field("", max_length=200)
    until: FiniteFloat | None = None
    one_way: bool = False
    words: Text = Field("", max_length=500)


class ShareBody(BaseModel):
    """How long a link lasts."""

    hours: FiniteFloat = Field(2.0, gt=0, le=24)


class TrafficBody(BaseModel):
    """All that a source knows of the roads now; what it told before and does not name any more is over."""

    events: list[EventBody] = Field(max_length=5000)
    source: Text = Field(SOURCE, min_length=1, max_length=100)


def router(house: House, atlas: Atlas | None, shares: Shares, keys: Keys) -> APIRouter:
    """The routes; `keys` say who may use them."""
    looking = APIRouter(
        prefix="/api", tags=["look"], responses=ANSWERS | CLOSED, dependencies=[Depends(keys.needing("look"))]
    )
    changing = APIRouter(prefix="/api", tags=["change"], responses=ANSWERS | CLOSED)
    _look(looking, house, atlas)
    _go(changing, house, atlas, keys)
    _traffic(changing, atlas, keys)
    _share(changing, house, shares, keys)
    both = APIRouter()
    both.include_router(looking)
    both.include_router(changing)
    return both


def _look(api: APIRouter, house: House, atlas: Atlas | None) -> None:
    @api.get("/route/{household}")
    def route(household: str) -> dict[str, Any]:
        """Where the household is going: destination, arrival, what there is to say, and the route as it is followed."""
        with told(404):
            check_known(house, household)
        return route_of(house, household)

    @api.get("/range/{household}")
    async def reach(household: str) -> dict[str, Any]:
        """How far the household's car gets with its charge and in this weather, above its reserve (GeoJSON)."""
        with told(404):
            check_known(house, household)
        with told(422):
            found = await _map(atlas).reach(household)
        return {
            "farthest_km": round(found.farthest_km, 2),
            "whole_map": found.whole,
            "polygon": found.geojson(),
            "attribution": _map(atlas).attribution,
        }

    @api.get("/places")
    def places(q: Annotated[str, Field(min_length=1, max_length=200)]) -> list[dict[str, Any]]:
        """Streets and places of that name, the likeliest first."""
        return [{"name": one.name, "lat": one.lat, "lon": one.lon} for one in _map(atlas).find(q)]

    @api.get("/map")
    def map_and_feeds() -> dict[str, Any]:
        """The map in figures, and how the traffic feeds are: when each was last well, and what is wrong."""
        return _map(atlas).health() | {"attribution": _map(atlas).attribution}

    @api.get("/traffic")
    def traffic() -> list[dict[str, Any]]:
        """What happens on the roads now."""
        return [write_event(one) for one in _map(atlas).events()]


def _go(api: APIRouter, house: House, atlas: Atlas | None, keys: Keys) -> None:
    Asking = Annotated[Access, Depends(keys.needing("wish"))]

    @api.put("/destination/{household}", status_code=202)
    async def go(household: str, body: GoingBody, access: Asking) -> dict[str, str]:
        """Say where the household goes; the latest word counts, and every page and the car hear of it."""
        with told(404):
            check_known(house, household)
        with told(422):
            by = access.speaks_as(body.by) or house.visitor(household)
            wishes = going(house, atlas, household, body.to, by, body.departure)
            ids = [await house.wish(one) for one in wishes]
        return {"id": ids[-1], "to": str(wishes[-1].value)}


def _traffic(api: APIRouter, atlas: Atlas | None, keys: Keys) -> None:
    Telling = Annotated[Access, Depends(keys.needing("readings"))]

    @api.put("/traffic")
    async def put(body: TrafficBody, access: Telling) -> dict[str, Any]:
        """Tell what happens on the roads: how many roads of the map each event changed; 0 where it fits none."""
        access.everything()
        with told(422):
            events = [read_event(one.model_dump()) for one in body.events]
            if len({one.id for one in events}) < len(events):
                raise HTTPException(422, "two events have the same id")
            return {"roads": await _map(atlas).put_events(events, body.source)}

    @api.delete("/traffic/{id}", status_code=204)
    async def drop(id: str, access: Telling) -> None:
        """Say that an event is over."""
        access.everything()
        with told(404):
            await _map(atlas).drop_event(id)


def _share(api: APIRouter, house: House, shares: Shares, keys: Keys) -> None:
    Asking = Annotated[Access, Depends(keys.needing("wish"))]

    @api.post("/share/{household}", status_code=201)
    def share(household: str, body: ShareBody, _: Asking) -> dict[str, Any]:
        """A link that shows this household's arrival, and nothing else, until it ends; its path is told this once."""
        with told(404):
            check_known(house, household)
        with told(422):
            token, until = shares.make(household, house.now(), body.hours * 3600.0)
        return {"path": f"/share/{token}", "until": until}

    @api.delete("/share/{household}")
    def end(household: str, _: Asking) -> dict[str, int]:
        """End all links of a household."""
        return {"ended": shares.end(household)}


def _map(atlas: Atlas | None) -> Atlas:
    if atlas is None:
        raise HTTPException(404, NO_MAP)
    return atlas


def route_of(house: House, household: str) -> dict[str, Any]:
    """What is known of where a household goes, as plain data."""
    homes = [node for node, kind in house.nodes(household) if kind.word == "Home"]
    known = {
        name: house.value(homes[0], f"Home.Navigation.{name}") if homes else None
        for name in ("Destination", "Departure", "Vehicle", "Guide", "Passed", "P10", "Median", "P90", "Charge", "Why")
    }
    texts = {name: house.value(homes[0], f"Home.Navigation.{name}") if homes else None for name in ("Route", "Stops")}
    return {name.lower(): value for name, value in known.items()} | {
        name.lower(): _json(text) for name, text in texts.items()
    }


def _json(text: object) -> Any:
    try:
        return json.loads(str(text or "null"))
    except ValueError:
        return None
