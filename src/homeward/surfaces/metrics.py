"""The hub's figures at `/metrics`, in the text format that Prometheus reads; from this machine only, like the API."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import isnan
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Response

from homeward.surfaces.access import Access, Keys

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
Sample = tuple[Mapping[str, str], float]


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure: its name with unit (`homeward_checkpoint_age_seconds`), what it tells, and samples by labels."""

    name: str
    kind: Literal["counter", "gauge"]
    tells: str
    samples: Sequence[Sample]


def written(figures: Iterable[Figure]) -> str:
    r"""Figures as Prometheus reads them.

    >>> print(written([Figure("homeward_turns_total", "counter", "Turns of the circle.", [({}, 3)])]), end="")
    # HELP homeward_turns_total Turns of the circle.
    # TYPE homeward_turns_total counter
    homeward_turns_total 3
    """
    lines = []
    for figure in figures:
        lines.append(f"# HELP {figure.name} {_escaped(figure.tells)}")
        lines.append(f"# TYPE {figure.name} {figure.kind}")
        lines += [f"{figure.name}{_labels(labels)} {_number(value)}" for labels, value in figure.samples]
    return "\n".join(lines) + "\n"


def router(figures: Callable[[], Iterable[Figure]], keys: Keys) -> APIRouter:
    """The route `/metrics`; `keys` say who may look."""
    routes = APIRouter(tags=["metrics"])
    Looking = Annotated[Access, Depends(keys.needing("look"))]

    @routes.get("/metrics", response_class=Response, responses={200: {"content": {"text/plain": {}}}})
    def metrics(access: Looking) -> Response:
        """The hub's figures, for Prometheus."""
        access.everything()
        return Response(written(figures()), media_type=CONTENT_TYPE)

    return routes


def _labels(labels: Mapping[str, str]) -> str:
    said = ",".join(f'{name}="{_escaped(value, quotes=True)}"' for name, value in labels.items())
    return f"{{{said}}}" if said else ""


def _escaped(text: str, quotes: bool = False) -> str:
    text = text.replace("\\", "\\\\").replace("\n", "\\n")
    return text.replace('"', '\\"') if quotes else text


def _number(value: float) -> str:
    return "NaN" if isnan(value) else f"{value:.17g}" if isinstance(value, float) else str(value)
