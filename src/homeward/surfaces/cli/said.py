"""How commands tell what they found: a bar while it takes time, then lines or one JSON object."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import orjson
import typer


@contextmanager
def progress(what: str) -> Iterator[Any]:
    """A bar on standard error, if that is a terminal: call it with (done, total)."""
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True, disable=not sys.stderr.isatty()) as bar:
        task = bar.add_task(what, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


def say(told: dict[str, Any], json: bool) -> None:
    """Print a result, as one JSON object or line by line."""
    if json:
        typer.echo(orjson.dumps(told, option=orjson.OPT_SERIALIZE_NUMPY).decode())
        return
    for name, value in told.items():
        if isinstance(value, list):
            typer.echo(f"{name}: {len(value)}")
            for one in value:
                typer.echo(f"  {one if isinstance(one, str) else orjson.dumps(one).decode()}")
        else:
            typer.echo(f"{name}: {value}")
