"""homeward beside its peers on the same work: the harness of `../shared/bench`, run in a copy; a script.

Node-RED is measured where `NODERED` names a folder with `node_modules/node-red` and `node_modules/node`, Home Assistant
where `BENCH_CHROOT` names a root folder with it in `/opt/ha` (the harness says how; it needs root); homeward and
a reflex in C (the limit of the broker) always. One run each: a look, not a campaign.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parents[1]
HARNESS = ROOT.parent / "shared" / "bench"
CARS = (50, 1)
START = f"{sys.executable} -m bench.peers.contestant --mqtt {{host}}:{{port}} --cars {{cars}}"
REACTION = re.compile(r"A \S+: p50 ([\d.]+) p99 ([\d.]+)")
SUSTAINED = re.compile(r"confirmed ([\d.]+) msg/s")


def measured(harness: Path, name: str, cars: int) -> tuple[float, float, float]:
    """Reaction p50 and p99, ms, and messages a second held; 0 where none was."""
    found = [0.0, 0.0, 0.0]
    for work, length in (("a", "--secs-a=15"), ("b", "--secs-b=3")):
        many = 10 if work == "a" and cars > 10 else cars
        call = [sys.executable, "bench.py", "--contestant", name, f"--work={work}", "--repeats=1", length]
        call += [f"--cars={many}"] + (["--start", START] if name == "homeward" else [])
        paths = {**os.environ, "PYTHONPATH": f"{ROOT / 'src'}:{ROOT}"}
        told = subprocess.run(call, cwd=harness, env=paths, capture_output=True, text=True, check=False).stdout
        if reaction := REACTION.search(told):
            found[0], found[1] = float(reaction[1]), float(reaction[2])
        if sustained := SUSTAINED.findall(told):
            found[2] = float(sustained[-1])
    return found[0], found[1], found[2]


def is_missing(program: str) -> bool:
    """Whether the harness or a program that it needs is not there; says so."""
    if HARNESS.exists() and shutil.which(program):
        return False
    print(f"the harness (../shared/bench) or {program} is missing: nothing is measured beside others")
    return True


@contextmanager
def copied() -> Iterator[Path]:
    """A copy of the harness to build and run in, gone afterwards."""
    with tempfile.TemporaryDirectory() as place:
        yield shutil.copytree(HARNESS, Path(place) / "bench")


def main() -> int:
    """Print a table for many households and for one."""
    if is_missing("mosquitto"):
        return 0
    with copied() as harness:
        nodered = os.environ.get("NODERED")
        if nodered:
            (harness / "nodered").symlink_to(Path(nodered).absolute())
        assistant = ["ha", "ha-norec"] if os.environ.get("BENCH_CHROOT") else []
        names = ["homeward", *(["nodered"] if nodered else []), *assistant, "limit-c-mqtt"]
        for cars in CARS:
            print(f"through Mosquitto, {cars} car{'s' if cars > 1 else ''}, each a household", flush=True)
            print(f"  {'':<16}{'p50 ms':>8}{'p99 ms':>8}{'messages/s':>12}   ratio to homeward", flush=True)
            ours = (0.0, 0.0, 0.0)
            for name in names:
                told = measured(harness, name, cars)
                ours = told if name == "homeward" else ours
                ratio = " ".join(f"{a / b:6.2f}" if b else "     -" for a, b in zip(told, ours, strict=True))
                print(f"  {name:<16}{told[0]:8.2f}{told[1]:8.2f}{told[2]:12,.0f}   {ratio}", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
