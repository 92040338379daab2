"""`homeward demo` as `make run` starts it: a page at an address, readings from outside, an end without leftovers."""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

TRUNK = "Vehicle.Body.Trunk.Rear.IsOpen"


@contextmanager
def demo(folder: Path) -> Iterator[tuple[str, str]]:
    """The demo in a process of its own: the page's address and the MQTT port. Ended by Ctrl-C."""
    ports = ("--port", "0", "--mqtt-port", "0", "--nats-port", "0")
    command = [sys.executable, "-m", "homeward", "demo", "--folder", str(folder), *ports]
    environment = os.environ | {"PYTHONPATH": "src"}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as process:
        assert process.stdout
        found = None
        for line in process.stdout:
            if found := re.search(r"(http://\S+).*MQTT on 127\.0\.0\.1:(\d+)", line):
                break
        assert found
        children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
        try:
            yield found[1], found[2]
        finally:
            process.send_signal(signal.SIGINT)
            ended = process.wait(30)
        assert ended == 0
        assert children
        assert not [child for child in children if Path(f"/proc/{child}").exists()]


def known(url: str, node: str, path: str) -> Any:
    """What the hub knows of a signal, or None."""
    return next((one["value"] for one in httpx.get(f"{url}/api/nodes/{node}").json() if one["path"] == path), None)


def test_the_demo_takes_readings_and_goes_on_after_a_restart(tmp_path: Path, tool: Callable[..., str]) -> None:
    with demo(tmp_path) as (url, port):
        publish = [tool("mosquitto_pub"), "-p", port, "-q", "1", "-t", "homeward/demo/car/readings", "-m"]
        subprocess.run([*publish, '{"' + TRUNK + '": true}'], check=True, timeout=10)
        subprocess.run([*publish, "not JSON at all"], check=True, timeout=10)
        for _ in range(100):
            if known(url, "demo/car", TRUNK):
                break
            time.sleep(0.05)
        assert known(url, "demo/car", TRUNK) is True
        assert known(url, "demo/home", "Home.Climate.Model.Sureness"), "it has learned the house by living before"
        first = httpx.get(f"{url}/api/health").json()
        assert first["well"], first
        assert "simulated" in httpx.get(url).text
    with demo(tmp_path) as (url, _):
        again = httpx.get(f"{url}/api/health").json()
        assert again["now"] >= first["now"], "time goes on"
        assert known(url, "demo/car", TRUNK) is True, "nothing is forgotten"
