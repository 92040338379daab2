"""A hub in a process of its own, as a newcomer starts it, and the command line beside it."""

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

HOUSEHOLD = """
household: lind
zone: Europe/Stockholm
people: {ada: {}}
vehicles: {car: {}}
homes:
  home: {location: [59.33, 18.06], comfort: 21 °C}
"""


@dataclass(frozen=True)
class Running:
    """A hub in a process of its own."""

    process: subprocess.Popen[str]
    url: str
    mqtt_port: str
    folder: Path

    def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        """A command line beside it."""
        return homeward(*words, "--hub", self.url)

    def changing(self) -> dict[str, str]:
        """The headers of somebody who may change things."""
        return {"Authorization": f"Bearer {(self.folder / 'api-token').read_text()}"}


def homeward(*words: str) -> subprocess.CompletedProcess[str]:
    """Run a command line to its end."""
    command = [sys.executable, "-m", "homeward", *words]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, env=environment())


def environment() -> dict[str, str]:
    """Ours, with the sources on the path and none of a user's own settings."""
    own = {name: value for name, value in os.environ.items() if not name.startswith("HOMEWARD_")}
    return own | {"PYTHONPATH": "src", "NO_COLOR": "1"}


@contextmanager
def running_hub(folder: Path) -> Iterator[Running]:
    """A hub with the household applied; ended by Ctrl-C, after which nothing may be left."""
    ports = ("--port", "0", "--mqtt-port", "0", "--nats-port", "0")
    command = [sys.executable, "-m", "homeward", "up", "--guests", "--folder", str(folder), *ports]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment()) as process:
        try:
            yield _ready(process, folder)
            children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
            process.send_signal(signal.SIGINT)
            assert process.wait(20) == 0
            assert children, "the server was its child"
            assert not (folder / "api-address").exists()
            assert not [child for child in children if Path(f"/proc/{child}").exists()]
        finally:
            process.kill()


def _ready(process: "subprocess.Popen[str]", folder: Path) -> Running:
    assert process.stdout
    lines = iter(process.stdout.readline, "")
    matches = (re.search(r"(http://\S+).*MQTT on 127\.0\.0\.1:(\d+)", line) for line in lines)
    found = next(filter(None, matches), None)
    assert found, "it ended before it was ready"
    running = Running(process, found[1], found[2], folder)
    (folder / "household.yaml").write_text(HOUSEHOLD)
    applied = running.run("apply", str(folder / "household.yaml"), "--json")
    assert "vehicle lind/car" in json.loads(applied.stdout)["added"], applied.stderr
    return running
