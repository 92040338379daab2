"""Recorded readings on the command line: a table, a sparkline, or JSON."""

from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import orjson
import typer

from homeward.core.signal import Refused
from homeward.history import History
from homeward.words import load_vocabulary

BARS = "▁▂▃▄▅▆▇█"


def tell_series(folder: Path, node: str, path: str, since: float, limit: int, json: bool) -> None:
    """Print readings of one signal, oldest first. Raises UnknownSignal, or Refused where there is no history."""
    signal = load_vocabulary()[path]
    if not (folder / "history").is_dir():
        raise Refused(f"{folder} holds no history; name the hub's folder with --folder")
    with History(folder / "history") as history:
        found = history.query(node, signal.path, since, None, limit)
    texts = [
        text if text is not None else value for text, value in zip(found.texts, found.values.tolist(), strict=True)
    ]
    if json:
        told = {"node": node, "path": signal.path, "unit": signal.unit, "times": found.times.tolist(), "values": texts}
        typer.echo(orjson.dumps(told).decode())
        return
    if not len(found):
        typer.echo(f"nothing is recorded of {signal.path} of {node} in that time")
        return
    for at, value in zip(found.times.tolist(), texts, strict=True):
        shown = f"{value:g}" if isinstance(value, float) else value
        typer.echo(f"{datetime.fromtimestamp(at, UTC):%Y-%m-%d %H:%M:%S}Z  {shown} {signal.unit}".rstrip())
    numbers = found.values[~np.isnan(found.values)]
    if len(numbers) > 1:
        typer.echo(f"{sparkline(numbers)}  {numbers.min():g} to {numbers.max():g} {signal.unit}".rstrip())


def sparkline(values: np.ndarray[tuple[int], np.dtype[np.float64]], width: int = 60) -> str:
    """Values `(n,)` as a line of at most `width` bars.

    >>> sparkline(np.array([0.0, 1.0, 2.0]))
    '▁▅█'
    """
    pieces = np.array_split(values, min(width, len(values)))
    means = np.array([piece.mean() for piece in pieces])
    span = float(np.ptp(means)) or 1.0
    return "".join(BARS[int((mean - means.min()) / span * (len(BARS) - 1) + 0.5)] for mean in means)
