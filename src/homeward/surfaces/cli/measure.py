"""Commands that measure the models on recordings: `evaluate heating`, `arrival`, `traffic`, `energy`, `eta`."""

from pathlib import Path
from typing import Annotated

import typer

from homeward.surfaces.cli.options import Json
from homeward.surfaces.cli.said import progress, say

SEVERAL = {"--train", "--test"}
app = typer.Typer(help="Measure the models on recordings, beside simple baselines.", no_args_is_help=True)


@app.command("heating")
def evaluate_heating(
    train: Annotated[list[Path], typer.Option(help="Recordings to learn from.", metavar="FILE...")],
    test: Annotated[list[Path], typer.Option(help="Recordings to predict.", metavar="FILE...")],
    json: Json = False,
) -> None:
    """How well warm-ups of a real house are foretold."""
    from homeward.evaluate.heating import evaluate_heating as run

    with progress("heating") as step:
        told = run(train, test, lambda name, share: step(share, 1.0))
    say(told, json)


@app.command("arrival")
def evaluate_arrival(
    drives: Annotated[Path, typer.Option(help="A folder of recorded trips.")],
    house: Annotated[Path, typer.Option(help="A recording of the house.")],
    json: Json = False,
) -> None:
    """How often the house is warm at arrival, at what cost, over recorded drives."""
    from homeward.evaluate.arrival import evaluate_arrival as run

    with progress("arrival") as step:
        told = run(drives, house, step)
    say(told, json)


@app.command("traffic")
def evaluate_traffic(
    train: Annotated[list[Path], typer.Option(help="Speeds to learn from: a column a detector.", metavar="FILE...")],
    test: Annotated[
        list[Path] | None, typer.Option(help="Speeds to foretell; else the last fifth.", metavar="FILE...")
    ] = None,
    json: Json = False,
) -> None:
    """How well road speeds 15, 30 and 60 minutes ahead are foretold."""
    from homeward.evaluate.traffic import evaluate_traffic as run

    with progress("traffic") as step:
        told = run(train, test or [], step)
    say(told, json)


@app.command("energy")
def evaluate_energy(
    train: Annotated[Path, typer.Option(help="A folder of recorded trips to learn from.", metavar="DIR")],
    test: Annotated[Path, typer.Option(help="A folder of other trips, to foretell.", metavar="DIR")],
    json: Json = False,
) -> None:
    """How well the energy that trips take is foretold, with speeds known and as planned."""
    from homeward.evaluate.energy import evaluate_energy as run

    with progress("energy") as step:
        told = run(train, test, step)
    say(told, json)


@app.command("eta")
def evaluate_eta(
    train: Annotated[Path, typer.Option("--train", "--trips", help="A folder of recorded trips.", metavar="DIR")],
    test: Annotated[
        Path | None, typer.Option(help="A folder of other trips; else five folds of the first.", metavar="DIR")
    ] = None,
    json: Json = False,
) -> None:
    """How well the time of a drive is foretold at departure, as an interval."""
    from homeward.evaluate.eta import evaluate_eta as run

    with progress("eta") as step:
        told = run(train, test, step)
    say(told, json)


def spread(words: list[str]) -> list[str]:
    """Let options that may repeat take several values at once.

    >>> spread(["--train", "a", "b", "--json"])
    ['--train', 'a', '--train', 'b', '--json']
    """
    spread_out: list[str] = []
    option, values = "", 0
    for word in words:
        if word.startswith("-"):
            option, values = (word, 0) if word in SEVERAL else ("", 0)
        elif option:
            values += 1
            if values > 1:
                spread_out.append(option)
        spread_out.append(word)
    return spread_out
