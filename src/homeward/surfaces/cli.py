"""The command line: `homeward up | demo | apply | history | replay | evaluate`."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import orjson
import typer

from homeward import __version__
from homeward.core.signal import Broken, Refused, UnknownSignal

app = typer.Typer(
    name="homeward",
    help="Makes a car, a home and its people act as one.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
evaluate = typer.Typer(help="Measure the models on recordings, beside simple baselines.", no_args_is_help=True)
app.add_typer(evaluate, name="evaluate")
device = typer.Typer(help="Credentials for cars, phones and things that connect over MQTT.", no_args_is_help=True)
app.add_typer(device, name="device")

Json = Annotated[bool, typer.Option("--json", help="Print one JSON object instead of words.")]
Folder = Annotated[
    Path | None,
    typer.Option(help="The hub's folder; else that of the hub that runs, else var/hub.", envvar="HOMEWARD_FOLDER"),
]
HubUrl = Annotated[str, typer.Option("--hub", help="The running hub's address.", envvar="HOMEWARD_HUB")]
Port = Annotated[int, typer.Option(help="Port of the pages and the API; 0 for any free one.")]
MqttPort = Annotated[int, typer.Option(help="Port of the MQTT broker; 0 for any free one.")]
NatsPort = Annotated[int, typer.Option(help="Port of the NATS server; 0 for any free one.")]
Verbose = Annotated[bool, typer.Option("--verbose", "-v", help="Log what happens.")]
SEVERAL = {"--train", "--test"}
HUB = "http://127.0.0.1:8420"
HUB_FOLDER, DEMO_FOLDER = Path("var/hub"), Path("var/demo")


def say_version(asked: bool) -> None:
    """Print the version and end, if asked."""
    if asked:
        typer.echo(f"homeward {__version__}")
        raise typer.Exit


@app.callback()
def homeward(
    version: Annotated[
        bool, typer.Option("--version", help="Print the version and end.", is_eager=True, callback=say_version)
    ] = False,
) -> None:
    """Makes a car, a home and its people act as one."""


@app.command()
def up(
    folder: Folder = None,
    household: Annotated[Path | None, typer.Option(help="A household file to apply at the start.")] = None,
    port: Port = 8420,
    mqtt_port: MqttPort = 1883,
    nats_port: NatsPort = 4222,
    guests: Annotated[
        bool, typer.Option(help="Let MQTT clients on this machine send readings without credentials.")
    ] = False,
    verbose: Verbose = False,
) -> None:
    """Run the hub until Ctrl-C."""
    from homeward.app.hub import HubSettings
    from homeward.app.run import run_hub

    settings = HubSettings(folder or HUB_FOLDER, nats_port, mqtt_port, guests)
    text = (household.read_text(), str(household)) if household else None
    run_hub(settings, port, household_file=text, verbose=verbose)


@app.command()
def demo(
    headless: Annotated[bool, typer.Option(help="Run the evening at once, without hub and page, and tell.")] = False,
    jam: Annotated[bool, typer.Option(help="Headless: let a jam come up on the way.")] = True,
    speed: Annotated[float, typer.Option(help="Simulated seconds to one of ours.", min=1, max=600)] = 60.0,
    folder: Annotated[Path, typer.Option(help="Where the demo keeps its files.")] = DEMO_FOLDER,
    port: Port = 8420,
    mqtt_port: MqttPort = 1883,
    nats_port: NatsPort = 4222,
    json: Json = False,
    verbose: Verbose = False,
) -> None:
    """Show an evening of a simulated household, faster than life."""
    if headless:
        from homeward.demo.headless import run_headless

        with progress("an evening") as step:
            told = run_headless(step, jam=jam)
        say(told, json)
        return
    from homeward.app.hub import HubSettings
    from homeward.demo.live import run_demo

    run_demo(HubSettings(folder, nats_port, mqtt_port, guests=True), port, speed, verbose)


@app.command()
def apply(
    file: Annotated[Path, typer.Argument(help="The household file (YAML).")],
    hub: HubUrl = HUB,
    folder: Folder = None,
    json: Json = False,
) -> None:
    """Check a household file and apply it to the running hub: all of it or nothing."""
    from homeward.surfaces.remote import Remote

    if not file.is_file():
        raise Refused(f"{file} is not a file")
    changes = Remote(hub, folder).apply(file.read_text(encoding="utf-8"), str(file))
    if json or any(changes.values()):
        say(changes, json)
    else:
        typer.echo(f"{file}: nothing to change")


@device.command("add")
def device_add(
    node: Annotated[str, typer.Argument(help="The node that it speaks for: lind/car")],
    hub: HubUrl = HUB,
    folder: Folder = None,
    json: Json = False,
) -> None:
    """Give a node new credentials and print what to type into the device."""
    from homeward.surfaces.remote import Remote

    say(Remote(hub, folder).add_device(node), json)


@device.command("remove")
def device_remove(
    node: Annotated[str, typer.Argument(help="The node whose credentials end.")],
    hub: HubUrl = HUB,
    folder: Folder = None,
) -> None:
    """Take a node's credentials back; its connections end."""
    from homeward.surfaces.remote import Remote

    Remote(hub, folder).remove_device(node)


@app.command()
def history(
    node: Annotated[str, typer.Argument(help="A node: lind/car")],
    path: Annotated[str, typer.Argument(help="A signal: Vehicle.Speed")],
    last: Annotated[str, typer.Option(help="How far back: 90s, 30m, 2h, 7d.")] = "24h",
    limit: Annotated[int, typer.Option(help="At most so many readings, the newest.", min=1)] = 1000,
    hub: HubUrl = HUB,
    folder: Folder = None,
    json: Json = False,
) -> None:
    """Print what a signal was."""
    from homeward.surfaces.remote import Remote, seconds_of
    from homeward.surfaces.tell import tell_series

    there = Remote(hub, folder, HUB_FOLDER)
    tell_series(there.folder(), node, path, there.now() - seconds_of(last), limit, json)


@app.command()
def replay(
    household: Annotated[str, typer.Option(help="Only this household.")] = "",
    last: Annotated[str, typer.Option(help="How far back to begin: 12h, 7d.")] = "36500d",
    speed: Annotated[
        float, typer.Option(help="Recorded seconds to one of ours; 0 for as fast as it goes.", min=0)
    ] = 0.0,
    live: Annotated[bool, typer.Option(help="Send the readings to the running hub instead of a circle apart.")] = False,
    hub: HubUrl = HUB,
    folder: Folder = None,
    json: Json = False,
) -> None:
    """Run recorded readings through the circle again and tell what it would have done."""
    from homeward.app.replay import replay_history
    from homeward.surfaces.remote import Remote, seconds_of

    there = Remote(hub, folder, HUB_FOLDER)
    send = there.send_readings if live else None
    since = there.now() - seconds_of(last)
    with progress("replaying") as step:
        told = replay_history(there.folder(), household, since, speed, send, step)
    say(told, json)


@evaluate.command("heating")
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


@evaluate.command("arrival")
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


def main() -> None:
    """Run the command line; what a user can mend is told in a line, not as a traceback."""
    try:
        app(spread(sys.argv[1:]))
    except (Refused, UnknownSignal, Broken, OSError, UnicodeDecodeError) as problem:
        typer.echo(f"homeward: {problem}", err=True)
        sys.exit(1)
