"""The web pages: Today, Drive, Wrist, Nodes and Log, drawn from a `House`; they ask nothing of any other machine."""

from fastapi import FastAPI, Request
from nicegui import ui

from homeward.surfaces.access import Keys
from homeward.surfaces.atlas import Atlas
from homeward.surfaces.house import House
from homeward.surfaces.shares import Shares
from homeward.surfaces.web.drive import drive_page
from homeward.surfaces.web.log import log_page
from homeward.surfaces.web.nodes import nodes_page
from homeward.surfaces.web.share import share_page
from homeward.surfaces.web.sight import Sight
from homeward.surfaces.web.today import today_page
from homeward.surfaces.web.wrist import wrist_page

VIEWPORT = "width=device-width, initial-scale=1, viewport-fit=cover"
FAVICON = (
    "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 24 24' fill='none' stroke='#dd9410' stroke-width='2'"
    " stroke-linecap='round' stroke-linejoin='round'><path d='M4 11 12 4l8 7M6 9.5V20h12V9.5'/></svg>"
)


def build(house: House, atlas: Atlas | None = None, shares: Shares | None = None, keys: Keys | None = None) -> None:
    """Register the pages; `/?household=name` shows another household than the first. `keys` say who is looking."""

    def sight(household: str, request: Request) -> Sight:
        access = keys.of(request) if keys else None
        seen = house.as_seen(access.household, access.person) if access else house
        known = seen.households()
        return Sight(seen, household if household in known else next(iter(known), ""))

    @ui.page("/", response_timeout=20)
    async def today(request: Request, household: str = "") -> None:
        await today_page(sight(household, request), atlas, shares)

    @ui.page("/drive")
    async def drive(request: Request, household: str = "") -> None:
        await drive_page(sight(household, request), atlas)

    @ui.page("/wrist")
    async def wrist(request: Request, household: str = "") -> None:
        await wrist_page(sight(household, request), atlas)

    @ui.page("/nodes")
    def nodes(request: Request, household: str = "") -> None:
        nodes_page(sight(household, request))

    @ui.page("/log")
    def log(request: Request, household: str = "") -> None:
        log_page(sight(household, request))

    if shares is not None:

        @ui.page("/share/{token}")
        async def share(token: str) -> None:
            await share_page(house, shares, token)


def mount(
    app: FastAPI,
    house: House,
    atlas: Atlas | None = None,
    shares: Shares | None = None,
    keys: Keys | None = None,
) -> None:
    """Build the pages and hang them on an app, with all that they do not need left out."""
    build(house, atlas, shares, keys)
    ui.run_with(
        app,
        title="homeward",
        favicon=FAVICON,
        viewport=VIEWPORT,
        language="en-US",
        tailwind=False,
        show_welcome_message=False,
    )
