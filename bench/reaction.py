"""How long from a message at the hub's own MQTT door to the command that follows from it, beside a bare echo; a script.

    python -m bench.reaction --seconds 500          # 10,000 messages, some 5,000 of them answered

The generator and the echo in C are the harness's (`../shared/bench`); the echo goes through the same server
(nats-server with its MQTT listener) by itself. Ten households, 20 messages a second in all, at random moments.
What the machine's own unsteadiness is (`bench.steady`) is told below.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from bench.beside import REACTION, copied, is_missing
from bench.peers.contestant import apply, started
from bench.steady import steadiness

CARS, RATE = 10, 20
STEADY_S = 20.0
TOPICS = ("--tin", "car/%d/telemetry", "--tout", "home/+/climate/set")


def echo(harness: Path, seconds: float) -> tuple[float, float]:
    """p50 and p99 of the bare echo, ms; builds the harness's programs too."""
    call = [sys.executable, "bench.py", "--contestant", "limit-c-nats-mqtt", "--work=a", "--repeats=1"]
    call += [f"--secs-a={seconds}", f"--cars={CARS}"]
    paths = {**os.environ, "BENCH_VENV": str(Path(sys.executable).parents[1])}
    told = subprocess.run(call, cwd=harness, env=paths, capture_output=True, text=True, check=False)
    found = REACTION.search(told.stdout)
    if not found:
        raise SystemExit(f"the echo could not be measured: {told.stdout[-500:]}{told.stderr[-500:]}")
    return float(found[1]), float(found[2])


def ours(harness: Path, seconds: float) -> dict[str, float]:
    """What the generator told of the hub: p50 and p99, ms, and how many answers came of those expected."""
    with tempfile.TemporaryDirectory() as folder:
        process, address, port = started(Path(folder), "--guests")
        try:
            apply(address, Path(folder), CARS, "kind: door")
            call = [str(harness / "run" / "loadgen"), "--proto", "mqtt", "--port", str(port), *TOPICS]
            call += ["--cars", str(CARS), "--mode", "latency", "--k", "1", "--rate", str(RATE)]
            for length in (3.0, seconds):  # the first is to get warm
                told = subprocess.run(
                    [*call, "--secs", str(length), "--drain", "3"], capture_output=True, text=True, check=True
                )
        finally:
            process.terminate()
            process.wait(30)
    figures: dict[str, float] = json.loads(told.stdout.replace("nan", "NaN"))
    if not figures["actions"]:
        raise SystemExit("the hub answered nothing")
    return figures


def main() -> int:
    """Print both."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=30.0)
    seconds = parser.parse_args().seconds
    if is_missing("gcc"):
        return 0
    with copied() as harness:
        p50, p99 = echo(harness, seconds)
        told = ours(harness, seconds)
    print(f"  bare echo through the same server   p50 {p50:5.2f}  p99 {p99:5.2f} ms")
    print(
        f"  homeward, own MQTT door             p50 {told['p50_ms']:5.2f}  p99 {told['p99_ms']:5.2f} ms,"
        f" {told['actions']:.0f} of {told['expected']:.0f} answered; {told['p50_ms'] / p50:.1f} and"
        f" {told['p99_ms'] / p99:.1f} times the echo"
    )
    print(f"  {steadiness(STEADY_S)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
