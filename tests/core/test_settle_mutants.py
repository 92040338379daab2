"""The tests of the last gate are themselves tested: whatever is made wrong in settle, one of them notices."""

import subprocess
import sys
from pathlib import Path

from tests.core import test_settle
from tests.mutants import survivors

ROOT = Path(__file__).parents[2]
SETTLE = ROOT / "src/homeward/core/settle.py"
TESTS = [test for name, test in vars(test_settle).items() if name.startswith("test_")]

EQUIVALENT = {
    "if MOVES_SOMEBODY.match(path):  [match -> search]": "what names a vehicle later than at its start was refused",
}
"""Mutants that cannot be told from the original, with the reason."""


def test_every_mutant_of_settle_is_noticed() -> None:
    count, alive = survivors(SETTLE.read_text(encoding="utf-8"), "homeward.core.settle", TESTS)
    assert count > 250
    unknown = [str(mutant) for mutant in alive if str(mutant) not in EQUIVALENT]
    assert not unknown, "nobody noticed: " + "; ".join(unknown)
    gone = EQUIVALENT.keys() - {str(mutant) for mutant in alive}
    assert not gone, f"not alive any more, take them off the list: {gone}"


def test_the_tests_walk_every_branch_of_settle(tmp_path: Path) -> None:
    """In a process of its own, so that it can be measured while this one is."""
    command = [sys.executable, "-m", "coverage"]
    options = ["--rcfile=", f"--data-file={tmp_path / 'coverage'}", f"--include={SETTLE}"]
    tests = ["-m", "pytest", "-q", "-p", "no:cacheprovider", test_settle.__file__]
    ran = subprocess.run([*command, "run", "--branch", *options, *tests], cwd=ROOT, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    told = [*command, "report", *options, "--fail-under=100", "--show-missing"]
    report = subprocess.run(told, cwd=ROOT, capture_output=True, text=True)
    assert report.returncode == 0 and "settle.py" in report.stdout, report.stdout + report.stderr
