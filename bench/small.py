"""What a hub costs a small machine: memory, time to start, and processor while nothing or little happens; a script."""

import os
import re
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path

import orjson

ROOT = Path(__file__).parent.parent
SETTLE_S, IDLE_S, BUSY_S = 8.0, 30.0, 20.0
TICKS = os.sysconf("SC_CLK_TCK")
MB = 1e6


def status(pid: int, name: str) -> float:
    """A figure of a process's status in MB."""
    text = Path(f"/proc/{pid}/status").read_text()
    found = re.search(rf"^{name}:\s+(\d+) kB", text, re.MULTILINE)
    return int(found[1]) * 1024 / MB if found else 0.0


def processor_s(pid: int) -> float:
    """Processor seconds that a process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def children(pid: int) -> list[int]:
    """The processes that a process started."""
    return [int(one) for task in Path(f"/proc/{pid}/task").iterdir() for one in (task / "children").read_text().split()]


def start(folder: Path) -> tuple["subprocess.Popen[str]", str, float]:
    """A hub with the example household, its address, and the seconds until it was ready."""
    command = [sys.executable, "-m", "homeward", "up", "--folder", str(folder)]
    command += ["--household", str(ROOT / "examples" / "household.yaml")]
    command += ["--port", "0", "--mqtt-port", "0", "--nats-port", "0"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "src")}
    began = time.monotonic()
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment)
    assert process.stdout
    line = process.stdout.readline()
    took = time.monotonic() - began
    found = re.search(r"http://\S+", line)
    if not found:
        raise SystemExit(f"the hub did not start: {line}")
    return process, found[0], took


def end(process: "subprocess.Popen[str]") -> None:
    """End a hub in order."""
    process.send_signal(signal.SIGINT)
    process.wait(30)


def used(pids: list[int], seconds: float, work: Callable[[], object] = lambda: None) -> float:
    """Percent of one core that processes use during so many seconds, calling `work` each second."""
    before, began = sum(map(processor_s, pids)), time.monotonic()
    while time.monotonic() - began < seconds:
        work()
        time.sleep(1.0)
    return 100 * (sum(map(processor_s, pids)) - before) / (time.monotonic() - began)


def teller(url: str, folder: Path) -> Callable[[], object]:
    """What tells the hub a car's reading."""
    token, number = (folder / "api-token").read_text(), iter(range(10**9))
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))

    def tell() -> None:
        body = orjson.dumps({"node": "lind/car", "readings": {"Vehicle.Speed": 30.0 + next(number) % 40}})
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        opener.open(urllib.request.Request(f"{url}/api/readings", body, headers), timeout=10).close()

    return tell


def main() -> None:
    """Print the table."""
    rows: list[tuple[str, str]] = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "hub"
        process, _, took = start(folder)
        end(process)
        rows.append(("first start, until the page answers", f"{took:.1f} s"))
        process, url, took = start(folder)
        try:
            rows.append(("start with what it knew", f"{took:.1f} s"))
            time.sleep(SETTLE_S)
            nats = children(process.pid)
            rows.append(("memory of the hub (RSS)", f"{status(process.pid, 'VmRSS'):.0f} MB"))
            rows.append(("memory of nats-server (RSS)", f"{sum(status(pid, 'VmRSS') for pid in nats):.0f} MB"))
            rows.append(("processor when nothing happens, hub", f"{used([process.pid], IDLE_S):.1f} % of a core"))
            rows.append(("processor when nothing happens, nats", f"{used(nats, IDLE_S / 2):.1f} % of a core"))
            busy = used([process.pid, *nats], BUSY_S, teller(url, folder))
            rows.append(("processor at one reading a second, both", f"{busy:.1f} % of a core"))
            rows.append(("memory at its highest, hub", f"{status(process.pid, 'VmHWM'):.0f} MB"))
        finally:
            end(process)
        size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) / MB
        rows.append(("its folder then", f"{size:.1f} MB"))
    for what, figure in rows:
        print(f"{what:42} {figure:>16}")


if __name__ == "__main__":
    main()
