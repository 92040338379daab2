"""The hub itself: does it run, on which doors, what does it say of itself, and has an earlier one left something."""

import os
import socket
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from homeward.app.doctor.finding import Finding, good, missing, wrong
from homeward.bus.ports import check_free, holder
from homeward.bus.reach import is_running, ports
from homeward.bus.settings import BusError

FILLING, ALMOST_FULL = 0.6, 0.9
MANY_ROWS = 200_000
USUAL = ((8420, "pages", "--port"), (1883, "MQTT", "--mqtt-port"), (4222, "NATS", "--nats-port"))


def check_hub(folder: Path, url: str, health: Mapping[str, Any] | None) -> Iterator[Finding]:
    """What can be seen of the hub from outside, and what it said of itself at `url` (None: no answer)."""
    runs = is_running(folder / "bus") if (folder / "bus").is_dir() else False
    if runs:
        yield from _doors(folder / "bus")
    else:
        yield from _free_ports()
        yield from _left_over(folder)
    if health is not None:
        yield from _said(health)
    elif runs:
        yield wrong(
            "hub",
            f"one holds {folder} but none answers at {url}",
            "Pages and API cannot be reached there.",
            "Name its address with --hub; if it does not answer there either, end it and start it again.",
        )
    else:
        yield missing(
            "hub",
            "none runs",
            "Nothing is heard and nothing is done.",
            "homeward up, or for good: homeward service install",
        )


def _doors(store: Path) -> Iterator[Finding]:
    for port, what in zip(ports(store), ("NATS", "MQTT"), strict=True):
        try:
            socket.create_connection(("127.0.0.1", port), 2).close()
        except OSError as problem:
            yield wrong(
                "broker",
                f"{what} does not answer on port {port} ({problem})",
                "Devices cannot connect.",
                f"If it stays so, start the hub again; see {store / 'nats.log'}",
            )
        else:
            yield good("broker", f"{what} answers on port {port}")


def _free_ports() -> Iterator[Finding]:
    for port, what, option in USUAL:
        try:
            check_free(port, what, option)
        except BusError:
            who = holder(port) or "another program"
            yield wrong(
                "ports",
                f"port {port} for {what} is taken by {who}",
                "A hub does not start on it.",
                f"End that program, or choose another port: homeward up {option} {port + 10_000}",
            )
        else:
            yield good("ports", f"{port} for {what} is free")


def _left_over(folder: Path) -> Iterator[Finding]:
    """A nats-server of this folder without its hub; the next hub would end it, but until then it holds the ports."""
    config = str((folder / "bus" / "nats.conf").absolute())
    for process in Path("/proc").glob("[0-9]*"):
        try:
            words = (process / "cmdline").read_bytes().decode(errors="replace").split("\0")
        except OSError:
            continue
        if config in words and int(process.name) != os.getpid():
            yield wrong(
                "processes",
                f"process {process.name} is a nats-server that a hub left behind",
                "It holds ports and the log.",
                f"kill {process.name}",
            )


def _said(health: Mapping[str, Any]) -> Iterator[Finding]:
    for place, words in sorted(health["trouble"].items()):
        yield wrong(place, words, "The hub says so itself.", "Mend the cause; it tries again by itself.")
    if health["well"]:
        yield good("hub", f"runs (process {health['pid']}), {health['messages']} messages since it started")
    if lost := health["lost"]:
        yield wrong(
            "log",
            f"{lost} messages left it before they were read",
            "They are lost.",
            "The hub could not keep up; give it a faster machine, or send less.",
        )
    if unfit := health["unfit"]:
        yield missing(
            "messages",
            f"{unfit} did not fit and changed nothing",
            "Some sender says what homeward cannot use.",
            "Listen to what it is told: mosquitto_sub -u … -P … -t 'homeward/HOUSEHOLD/NODE/errors'",
        )
    yield from _broker(health.get("broker", {}))
    if health["log_full"] > FILLING:
        level = wrong if health["log_full"] > ALMOST_FULL else missing
        yield level(
            "log",
            f"is {health['log_full']:.0%} full",
            "When it is full, readings are refused.",
            "See what keeps the hub from storing history (above), and free space.",
        )
    if health["rows_waiting"] > MANY_ROWS:
        yield wrong(
            "history",
            f"{health['rows_waiting']} rows wait for the disk",
            "The disk is too slow, or refuses.",
            "Check the disk.",
        )


def _broker(counts: Mapping[str, int]) -> Iterator[Finding]:
    """What the broker did by itself since the hub started."""
    if seconds := counts.get("dropped", 0):
        yield wrong(
            "broker",
            f"dropped messages at QoS 0 in {seconds} seconds",
            "They came faster than the disk takes them, and are lost.",
            "Send less, or what must not be lost at QoS 1.",
        )
    cut = {kind: count for kind, count in counts.items() if count and kind != "dropped"}
    if cut:
        yield missing(
            "broker",
            "refused or cut off: " + ", ".join(f"{count} {kind}" for kind, count in sorted(cut.items())),
            "Some client sends too much at once, on a topic not its own, or with a wrong password.",
            "Each device is told on its errors topic; the rest is in nats.log in the folder bus.",
        )
