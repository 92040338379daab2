"""The page behind a shared link: when they arrive, and nothing else of the household."""

from nicegui import html, ui

from homeward.surfaces.house import House
from homeward.surfaces.shares import Shares
from homeward.surfaces.web.frame import Pulse, bare, put
from homeward.surfaces.web.going import Going
from homeward.surfaces.web.sight import Sight

OVER = ("This link has ended", "", "Ask for a new one")


async def share_page(house: House, shares: Shares, token: str) -> None:
    """Draw the page and keep it live, until the link ends."""
    with bare("Arrival", "share") as trouble:
        ui.add_head_html('<meta name="robots" content="noindex"><meta name="referrer" content="no-referrer">')
        with html.section().classes("card wrist").props('aria-live="polite"'):
            parts = [html.p().classes(name) for name in ("what", "big car", "soft")]

        def look() -> None:
            for part, text in zip(parts, told(house, shares, token), strict=True):
                put(part, text)

        look()
        Pulse(house, look, trouble)


def told(house: House, shares: Shares, token: str) -> tuple[str, str, str]:
    """What, a figure and small print."""
    household = shares.household(token, house.now())
    if not household:
        return OVER
    going = Going(Sight(house, household), None).data()
    if not going["arrival"]:
        return "Nobody is on the way", "", "The arrival appears here when they set out"
    return "Arrives at", going["arrival"], going["between"]
