"""How steady this machine is: the same little arithmetic again and again, with pauses as a quiet hub has them.

    python -m bench.steady --seconds 20

It touches no memory to speak of, no disk and no network, so what its slowest runs take longer is the processor's doing
(its clock, or whoever shares it). In such moments all else that runs there takes longer too.
"""

import argparse
import statistics
import sys
from dataclasses import dataclass
from time import perf_counter, sleep

ROUNDS = 2000
PAUSE_S = 0.005
SLOW = 3.0
"""So many times the median is slow."""


@dataclass(frozen=True, slots=True)
class Steadiness:
    """The median in s, how many times that the slowest hundredth takes at least, and the share that is slow."""

    p50_s: float
    p99: float
    slow: float

    def __str__(self) -> str:
        return (
            f"arithmetic alone: p50 {1e6 * self.p50_s:.0f} µs, p99 {self.p99:.1f} times that; "
            f"{self.slow:.1%} took more than {SLOW:g} times as long"
        )


def steadiness(seconds: float) -> Steadiness:
    """Measure for so long."""
    took, end = list[float](), perf_counter() + seconds
    while (began := perf_counter()) < end:
        number = 1
        for _ in range(ROUNDS):
            number = (number * 5 + 1) & 0xFFFF
        took.append(perf_counter() - began)
        sleep(PAUSE_S)
    took.sort()
    p50 = statistics.median(took)
    slow = sum(one > SLOW * p50 for one in took) / len(took)
    return Steadiness(p50, took[len(took) * 99 // 100] / p50, slow)


def main() -> int:
    """Print it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=20.0)
    print(" ", steadiness(parser.parse_args().seconds))
    return 0


if __name__ == "__main__":
    sys.exit(main())
