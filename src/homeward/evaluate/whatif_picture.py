"""The evenings of a what-if as a page of pictures: each as it was in grey, as it would have been in amber."""

from dataclasses import dataclass
from datetime import UTC, datetime
from html import escape
from math import ceil, floor, isfinite

import numpy as np

from homeward.evaluate.dwelling import Floats
from homeward.evaluate.whatif import COLD_C, EveningTold, Told, sentence

WIDE, HIGH, LEFT, TOP, FOOT = 560.0, 250.0, 40.0, 16.0, 58.0
POINTS = 160

STYLE = """
:root { color-scheme: light dark; --ground: #f6f6f4; --surface: #fff; --ink: #1b1d1f; --soft: #5b6066; --hair: #e1e1dd;
  --was: #6f757c; --home: #dd9410; --home-ink: #875600; --wash: #fdf3df; --alarm: #b3241f; }
@media (prefers-color-scheme: dark) { :root { --ground: #101214; --surface: #181b1e; --ink: #eceef0; --soft: #a0a6ad;
  --hair: #2a2e33; --was: #9aa1a8; --home: #f0b040; --home-ink: #f3bd5c; --wash: #2d2415; --alarm: #ff8a82; } }
body, svg { font: 14px/20px system-ui, sans-serif; font-variant-numeric: tabular-nums; }
body { margin: 0 auto; max-width: 1184px; padding: 32px 16px 64px; background: var(--ground); color: var(--ink); }
h1 { font-size: 28px; line-height: 36px; font-weight: 600; margin: 0 0 8px; text-wrap: balance; }
p { color: var(--soft); margin: 0 0 24px; max-width: 72ch; text-wrap: pretty; }
main { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 480px), 1fr)); gap: 16px; }
figure { margin: 0; background: var(--surface); border: 1px solid var(--hair); border-radius: 12px; padding: 16px; }
h2 { font-size: 18px; line-height: 24px; font-weight: 600; margin: 0; }
figcaption { color: var(--soft); margin: 8px 0 0; }
.said { margin: 0 0 8px; color: var(--soft); } .said b { color: var(--ink); font-weight: 600; }
.said .cold { color: var(--alarm); } .said .would { color: var(--home-ink); }
.key { max-width: none; display: flex; gap: 24px; flex-wrap: wrap; color: var(--soft); margin: 0 0 16px; }
.key i { display: inline-block; width: 24px; border-top: 3px solid; vertical-align: middle; margin-right: 8px; }
svg { width: 100%; height: auto; display: block; } svg text { font-size: 12px; fill: var(--soft); }
""".strip()


KEY = "thin line: somebody comes home; bars: heating; band: within half a degree of what they want"


@dataclass(frozen=True, slots=True)
class Axes:
    """Where a moment and a temperature lie in WIDE x HIGH: from start to end, s, and from low to high, °C."""

    start: float
    end: float
    low: int
    high: int

    def x(self, at: float) -> float:
        """From the left."""
        return LEFT + (at - self.start) / max(self.end - self.start, 1.0) * (WIDE - LEFT)

    def y(self, celsius: float) -> float:
        """From the top."""
        return TOP + (self.high - celsius) / (self.high - self.low) * (HIGH - FOOT - TOP)


def page(told: Told, about: str = "") -> str:
    """The whole page as HTML that needs nothing else; `about` says what the days are."""
    key = "<span><i style='color:var(--was)'></i>as it was</span>"
    if told.learned:
        key += "<span><i style='color:var(--home)'></i>as it would have been</span>"
    figures = "\n".join(_figure(evening, told.learned) for evening in told.evenings)
    return (
        "<!doctype html>\n<html lang='en'><head><meta charset='utf-8'>"
        "<meta name='viewport' content='width=device-width, initial-scale=1'><title>What if homeward had acted</title>"
        f"<style>{STYLE}</style></head><body><h1>{escape(sentence(told))}</h1><p>{escape(about)}</p>"
        f"<p class='key'>{key}<span>{KEY}</span></p><main>{figures}</main></body></html>\n"
    )


def svg(told: Told) -> str:
    """The same evenings one below the other as one SVG picture."""
    tall = HIGH + 40.0
    parts = [
        f"<g transform='translate(16 {48.0 + tall * row:.0f})'>"
        f"{_words(0, 0, f'{_title(one)}. {_plain(one, told.learned)}')}"
        f"<g transform='translate(0 16)'>{_drawing(one, told.learned)}</g></g>"
        for row, one in enumerate(told.evenings)
    ]
    wide, high = WIDE + 32.0, 48.0 + tall * max(1, len(told.evenings))
    return (
        f"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 {wide:.0f} {high:.0f}' role='img'><style>{STYLE}</style>"
        f"<rect width='100%' height='100%' style='fill:var(--surface)'/>{_words(16, 24, sentence(told))}"
        f"{''.join(parts)}</svg>\n"
    )


def _words(x: float, y: float, text: str) -> str:
    return f"<text x='{x:.0f}' y='{y:.0f}' style='font-size:14px;fill:var(--ink)'>{escape(text)}</text>"


def _figure(one: EveningTold, learned: bool) -> str:
    title = escape(_title(one), quote=True)
    why = f"<figcaption>{escape(one.home.why)}</figcaption>" if one.home.why else ""
    return (
        f"<figure><h2>{title}</h2><p class='said'>{_said(one, learned)}</p>"
        f"<svg viewBox='0 0 {WIDE:.0f} {HIGH:.0f}' role='img' aria-label='{title}: {_plain(one, learned)}'>"
        f"{_drawing(one, learned)}</svg>{why}</figure>"
    )


def _title(one: EveningTold) -> str:
    local = datetime.fromtimestamp(one.home.at + one.home.offset, UTC)
    return f"{local:%A} {local.day} {local:%B}, home at {local:%H:%M}"


def _said(one: EveningTold, learned: bool) -> str:
    def degrees(line: Floats, otherwise: str) -> str:
        return f"<b class='{'cold' if one.cold(line) else otherwise}'>{one.arrived(line):.1f} °C</b>"

    was = f"{degrees(one.was, '')} when they came"
    return f"{was}; it would have been {degrees(one.would, 'would')}" if learned else was


def _plain(one: EveningTold, learned: bool) -> str:
    was = f"{one.arrived(one.was):.1f} °C when they came"
    return f"{was}; it would have been {one.arrived(one.would):.1f} °C" if learned else was


def _drawing(one: EveningTold, learned: bool) -> str:
    """Scales, band, heating, lines and homecoming of an evening, in WIDE x HIGH."""
    axes, floor_y, target = _axes(one, learned), HIGH - FOOT, one.home.target
    top, foot = axes.y(target + COLD_C), axes.y(target - COLD_C)
    parts = [
        f"<rect x='{LEFT}' width='{WIDE - LEFT}' y='{top:.1f}' height='{foot - top:.1f}' style='fill:var(--wash)'/>"
    ]
    for degree in range(axes.low, axes.high + 1, max(1, (axes.high - axes.low) // 4)):
        y = axes.y(degree)
        parts.append(f"<text x='0' y='{y + 4:.1f}'>{degree}°</text>")
        parts.append(f"<path d='M{LEFT} {y:.1f}H{WIDE}' style='stroke:var(--hair)'/>")
    for at, clock in _hours(one):
        parts.append(f"<text x='{axes.x(at):.1f}' y='{HIGH - 4:.0f}' text-anchor='middle'>{clock}</text>")
    parts += [_bars(one.at, one.heat_was, axes, floor_y + 8.0, "--was"), _line(one.at, one.was, axes, "--was")]
    if learned:
        parts += [_bars(one.at, one.heat_would, axes, floor_y + 20.0, "--home")]
        parts += [_line(one.at, one.would, axes, "--home")]
    parts.append(f"<path d='M{axes.x(one.home.at):.1f} {TOP - 8}V{floor_y + 30:.0f}' style='stroke:var(--ink)'/>")
    return "".join(parts)


def _axes(one: EveningTold, learned: bool) -> Axes:
    drawn = np.concatenate([one.was, one.would] if learned else [one.was])
    values = np.append(drawn[np.isfinite(drawn)], [one.home.target - 1.0, one.home.target + 1.0])
    low, high = floor(float(values.min()) - 0.2), ceil(float(values.max()) + 0.2)
    return Axes(float(one.at[0]), float(one.at[-1]), low, high)


def _hours(one: EveningTold) -> list[tuple[float, str]]:
    start, end = one.at[0] + one.home.offset, one.at[-1] + one.home.offset
    hours = [3600.0 * hour for hour in range(ceil(start / 3600.0), floor(end / 3600.0) + 1)]
    return [(at - one.home.offset, f"{int(at // 3600) % 24}:00") for at in hours if start + 900 <= at <= end - 900]


def _line(at: Floats, values: Floats, axes: Axes, colour: str) -> str:
    step = max(1, len(at) // POINTS)
    runs, pen = [], "M"
    for moment, value in zip(at[::step].tolist(), values[::step].tolist(), strict=True):
        if isfinite(value):
            runs.append(f"{pen}{axes.x(moment):.1f} {axes.y(value):.1f}")
        pen = "L" if isfinite(value) else "M"
    return f"<path d='{''.join(runs)}' style='fill:none;stroke:var({colour});stroke-width:2;stroke-linejoin:round'/>"


def _bars(at: Floats, heat: Floats, axes: Axes, top: float, colour: str) -> str:
    on = np.concatenate([[False], np.nan_to_num(heat) > 0.0, [False]])
    parts = []
    for first, last in np.flatnonzero(np.diff(on.astype(int))).reshape(-1, 2).tolist():
        x, end = axes.x(float(at[first])), axes.x(float(at[min(last, len(at) - 1)]))
        place = f"x='{x:.1f}' y='{top:.0f}' width='{max(1.0, end - x):.1f}' height='8' rx='2'"
        parts.append(f"<rect {place} style='fill:var({colour})'/>")
    return "".join(parts)
