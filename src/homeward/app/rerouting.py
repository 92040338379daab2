"""Whom a change on the roads concerns: all live routes in one batch, as thousands of households cannot each plan."""

from collections.abc import Iterable

import orjson

from homeward.models.roads.crew import Crew
from homeward.models.roads.guide import Guide
from homeward.models.roads.network import Column
from homeward.models.roads.replan import Routes, replan
from homeward.models.roads.trip import Trip

Going = tuple[str, str, float]
"""A home that is going somewhere: its name, its route as written down, and how far along it the car is, s."""


def concerned(going: Iterable[Going], guide: Guide, before_ms: Column, crew: Crew) -> list[str]:
    """The homes whose route takes another time than by `before_ms`, is closed, or is no longer the best by far.

    Homes without a route that can be read are among them: there may be one now.
    """
    homes, others, rests = [], [], []
    for home, route, passed in going:
        try:
            rests.append(guide.rest(Trip.restore(orjson.loads(route)), passed))
            homes.append(home)
        except (ValueError, KeyError, TypeError):
            others.append(home)
    told = replan(guide.roads, before_ms, Routes.of([arcs for arcs, _ in rests], [ends for _, ends in rests]), crew)
    news = told.changed | told.better | told.lost
    return [*others, *(home for home, new in zip(homes, news.tolist(), strict=True) if new)]
