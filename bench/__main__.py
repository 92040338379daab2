"""Runs every benchmark here in a process of its own, one after another, and prints what each says: `make bench`."""

import subprocess
import sys
from pathlib import Path


def main() -> int:
    """Run them all; 1 if one failed."""
    failed = 0
    for path in sorted(Path(__file__).parent.glob("[a-z]*.py")):
        print(f"== {path.stem}", flush=True)
        failed |= subprocess.run([sys.executable, "-m", f"bench.{path.stem}"], check=False).returncode
    return int(failed != 0)


if __name__ == "__main__":
    sys.exit(main())
