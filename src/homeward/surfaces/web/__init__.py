"""The web pages: Today, Nodes and Log, drawn from a `House`; they ask nothing of any other machine."""

from fastapi import FastAPI
from nicegui import ui

from homeward.surfaces.house import House
from homeward.surfaces.web.log import log_page
from homeward.surfaces.web.nodes import nodes_page
from homeward.surfaces.web.sight import Sight
from homeward.surfaces.web.today import today_page

VIEWPORT = "width=device-width, initial-scale=1, viewport-fit=cover"
FAVICON = (
    "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 24 24' fill='none' stroke='#dd9410' stroke-width='2'"
    " stroke-linecap='round' stroke-linejoin='round'><path d='M4 11 12 4l8 7M6 9.5V20h12V9.5'/></svg>"
)


def build(house: House) -> None:
    """Register the pages; `/?household=name` shows another household than the first."""

    def sight(household: str) -> Sight:
        known = house.households()
        return Sight(house, household if household in known else next(iter(known), ""))

    @ui.page("/", response_timeout=20)
    async def today(household: str = "") -> None:
        await today_page(sight(household))

    @ui.page("/nodes")
    def nodes(household: str = "") -> None:
        nodes_page(sight(household))

    @ui.page("/log")
    def log(household: str = "") -> None:
        log_page(sight(household))


def mount(app: FastAPI, house: House) -> None:
    """Build the pages and hang them on an app, with all that they do not need left out."""
    build(house)
    ui.run_with(
        app,
        title="homeward",
        favicon=FAVICON,
        viewport=VIEWPORT,
        language="en-US",
        tailwind=False,
        show_welcome_message=False,
    )
