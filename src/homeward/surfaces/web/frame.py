"""What every page shares: head, navigation, theme, the note on what is simulated, and the pulse that keeps it live."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from nicegui import html, ui

from homeward.surfaces.house import House

STATIC = Path(__file__).parent / "static"
PULSE_S = 0.25
"""How often a page looks whether something changed."""

PAGES = (("/", "Today", "today"), ("/drive", "Drive", "drive"), ("/nodes", "Nodes", "nodes"), ("/log", "Log", "log"))
_CURVE = '<path d="M4 17c6 0 6-9 10-9h6M4 20.5h16"/>'
_HOUSE = '<path d="M4 11 12 4l8 7M6 9.5V20h12V9.5"/>'
_LIST = '<path d="M4 6h16M4 12h16M4 18h16"/>'
_CHECKS = '<path d="m4 7 2 2 3-4M4 17l2 2 3-4M13 7h7M13 17h7"/>'
_HALF = '<circle cx="12" cy="12" r="8"/><path d="M12 4v16a8 8 0 0 0 0-16z" fill="currentColor"/>'
_WHEEL = '<circle cx="12" cy="12" r="8.5"/><circle cx="12" cy="12" r="2.5"/><path d="m4 11 6 .5m10-.5-6 .5M12 15v5"/>'
_ICONS = {"mark": _HOUSE, "today": _CURVE, "drive": _WHEEL, "nodes": _LIST, "log": _CHECKS, "theme": _HALF}

THEME = """<script>
(() => {
  const system = matchMedia("(prefers-color-scheme: dark)");
  const paint = () => {
    const chosen = localStorage.getItem("theme");
    document.documentElement.dataset.theme = chosen || (system.matches ? "dark" : "light");
  };
  system.addEventListener("change", paint);
  window.switchTheme = () => {
    const next = document.documentElement.dataset.theme === "dark" ? "light" : "dark";
    if ((next === "dark") === system.matches) localStorage.removeItem("theme");
    else localStorage.setItem("theme", next);
    paint();
    return next;
  };
  paint();
})();
</script>"""


def icon(name: str, size: int = 24) -> None:
    """One of our own line drawings, in the colour of the text around it; hidden from those who hear the page."""
    ui.html(
        f'<svg width="{size}" height="{size}" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="1.75"'
        f' stroke-linecap="round" stroke-linejoin="round" aria-hidden="true">{_ICONS[name]}</svg>',
        sanitize=False,  # constant drawings of this file
        tag="span",
    )


@contextmanager
def frame(house: House, household: str, current: str) -> Iterator["Trouble"]:
    """The page around what is drawn inside the `with`; `current` is the path of the page shown."""
    ui.page_title(f"{next(title for path, title, _ in PAGES if path == current)} · homeward")
    ui.add_head_html(THEME + f"<style>{(STATIC / 'theme.css').read_text('utf-8')}</style>")
    home = f"?household={household}" if household not in house.households()[:1] else ""
    with html.div().classes("frame"):
        html.a("Skip to content").classes("skip").props('href="#content"')
        with html.header().classes("top"):
            with html.a().classes("mark").props(f'href="/{home}"'):
                icon("mark")
                html.span("homeward")
            _navigation(current, home)
            html.div().classes("space")
            theme = html.button().classes("press plain round").props('aria-label="Switch between light and dark"')
            theme.on("click", js_handler="() => switchTheme()")
            with theme:
                icon("theme")
        with html.div().props('id="content"'):
            yield Trouble()


@contextmanager
def bare(title: str, name: str) -> Iterator["Trouble"]:
    """A page that fills the screen, for a car or a watch: the same head, and nothing around what is drawn."""
    ui.page_title(f"{title} · homeward")
    ui.add_head_html(THEME + f"<style>{(STATIC / 'theme.css').read_text('utf-8')}</style>")
    with html.div().classes(f"frame bare {name}-page"), html.div().props('id="content"'):
        trouble = Trouble()
        yield trouble


def _navigation(current: str, home: str) -> None:
    with html.nav().classes("nav").props('aria-label="Pages"'):
        for path, title, name in PAGES:
            link = html.a().props(f'href="{path}{home}"')
            if path == current:
                link.props('aria-current="page"')
            with link:
                icon(name)
                html.span(title)


def simulated(house: House) -> dict[str, Any]:
    """What is simulated, and the demo's buttons, as data for static/note.js; both empty in life."""
    pace = f" Time runs {house.speed():.0f} times faster than life." if house.speed() > 1.5 else ""
    return {
        "text": house.simulated() and house.simulated() + pace,
        "buttons": [{"name": name, "label": label} for name, label in house.buttons()],
    }


async def press(house: House, button: str, trouble: "Trouble") -> None:
    """Make one of the demo's buttons happen, or say why not."""
    try:
        await house.press(button)
    except Exception as error:  # whatever the demo raises, its text is for the person who pressed
        trouble.tell(f"That cannot be done now: {error}"[:200])


class Trouble:
    """Says at the top of a page that the home cannot be read just now, and why."""

    def __init__(self) -> None:
        with html.div().classes("card trouble").props('role="alert"') as self.card:
            html.p("This page cannot read the home just now. The plan at home goes on without it.")
            self.why = html.p().classes("small soft")
        self.tell("")

    def tell(self, why: str) -> None:
        """Show the trouble with its reason, or nothing for ''."""
        put(self.why, why)
        self.card.set_visibility(bool(why))


def put(element: Any, text: str) -> None:
    """Set an element's text, sending nothing when it is the same."""
    if element._text != text:
        element._text = text
        element.update()


class Pulse:
    """Calls `look` whenever the house changed; what goes wrong is said on the page, never swallowed."""

    def __init__(self, house: House, look: Callable[[], Any], trouble: Trouble) -> None:
        self.house, self.look, self.trouble = house, look, trouble
        self.seen = (-1, 0)
        ui.timer(PULSE_S, self.beat, immediate=False)

    async def beat(self) -> None:
        """One look, if something changed or a second of the house's time has passed."""
        try:
            state = (self.house.version(), int(self.house.now()))
            if state != self.seen:
                await self.look()
                self.seen = state
            self.trouble.tell("")
        except Exception as error:  # a page outlives whatever the house raises, and says so
            self.trouble.tell(f"{type(error).__name__}: {error}"[:200])
