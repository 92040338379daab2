"""A person's visit to the pages in a browser that notes every request and error, and what to look for on a screen."""

import socket
import urllib.request
from pathlib import Path
from urllib.parse import quote, urlsplit

from playwright.sync_api import Browser, Page

ROOT = Path(__file__).parents[2]
SCREENS = ROOT / "artifacts" / "screens"
PHONE, DESKTOP = (390, 844), (1280, 800)

FINDS_FAINT = """() => {
  const part = (v) => (v /= 255) <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
  const light = ([r, g, b]) => 0.2126 * part(r) + 0.7152 * part(g) + 0.0722 * part(b);
  const read = (colour) => colour.match(/[\\d.]+/g).map(Number);
  const ground = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const colour = read(getComputedStyle(at).backgroundColor);
      if (colour.length === 3 || colour[3] > 0.9) return colour;
    }
    return [255, 255, 255];
  };
  const faint = [];
  const walk = document.createTreeWalker(document.querySelector(".frame"), NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    const element = walk.currentNode.parentElement, style = getComputedStyle(element);
    if (!walk.currentNode.textContent.trim() || !element.getClientRects().length) continue;
    if (element.closest(".heard, .skip")) continue;
    const ink = read(element.closest("svg") ? style.fill : style.color);
    const [a, b] = [light(ink), light(ground(element))].sort((x, y) => y - x);
    const ratio = (a + 0.05) / (b + 0.05), large = parseFloat(style.fontSize) >= 24;
    if (ratio < (large ? 3 : 4.5)) faint.push(`${walk.currentNode.textContent.trim()} ${ratio.toFixed(2)}`);
  }
  return faint;
}"""
FITS = "document.documentElement.scrollWidth <= innerWidth"
FOCUSED = "(document.activeElement.innerText || document.activeElement.ariaLabel || '').slice(0, 20)"
FINDS_SMALL = """() => [...document.querySelectorAll("button, .nav a, input")]
  .map((one) => [one, one.getBoundingClientRect()])
  .filter(([one, box]) => box.width && (box.height < 44 || box.width < 44))
  .map(([one]) => one.outerHTML.slice(0, 80))"""


def free_port() -> int:
    """A port on loopback that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Visit:
    """One person's visit: a page, every request it made, and every error it met."""

    def __init__(self, browser: Browser, site: str, scene: str, size: tuple[int, int], theme: str) -> None:
        self.site, self.elsewhere, self.errors = site, [], []  # type: str, list[str], list[str]
        urllib.request.urlopen(f"{site}/-/begin?scene={scene}").close()
        self.context = browser.new_context(
            viewport={"width": size[0], "height": size[1]},
            color_scheme="dark" if theme == "dark" else "light",
            device_scale_factor=2 if size == PHONE else 1,
            reduced_motion="reduce",
            timezone_id="America/New_York",  # the household's clock counts, not the browser's
        )
        self.page: Page = self.context.new_page()
        self.page.on("request", self._note)
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.on("console", lambda said: self.errors.append(said.text) if said.type == "error" else None)

    def _note(self, request: object) -> None:
        url = urlsplit(str(getattr(request, "url", "")))
        if url.scheme not in ("data", "blob") and f"{url.scheme}://{url.netloc}" != self.site:
            self.elsewhere.append(url.geturl())

    def open(self, path: str) -> Page:
        """Open a page and wait until it is drawn."""
        self.page.goto(self.site + path)
        self.page.wait_for_selector("#content .card:not(.trouble), #content .empty")
        return self.page

    def settle(self, state: str, why: str = "") -> None:
        """Let what was asked come out."""
        urllib.request.urlopen(f"{self.site}/-/settle?state={state}&why={quote(why)}").close()

    def keep(self, name: str) -> None:
        """Keep a picture of the screen for people to judge."""
        SCREENS.mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=SCREENS / f"{name}.png")
