"""Writes the vehicle signals table from a release of the COVESA Vehicle Signal Specification (VSS) in JSON.

    python scripts/make_vehicle_csv.py vss_release_6.0.json > vehicle.csv.new
    mv vehicle.csv.new src/homeward/core/words/vehicle.csv

Facts (paths, types, units, ranges, allowed words) come from VSS, which is under MPL-2.0; the descriptions are made here
from the path. Codes last for ever: rows and allowed words that an earlier table has keep their places, also when the
release has dropped them, and new ones go to the end.
"""

import argparse
import csv
import json
import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, TextIO

COLUMNS = ("path", "type", "role", "unit", "low", "high", "allowed", "description", "source")
TABLE = Path(__file__).parent.parent / "src/homeward/core/words/vehicle.csv"
WORD = re.compile(r"[A-Z]+[0-9]*(?![a-z])|[A-Z][a-z]+|[a-z]+|[0-9]+")
SAID = {"IsError": "has an error", "IsWarning": "warns", "IsDefect": "is defective", "X": "X", "Y": "Y", "Z": "Z"}

Row = dict[str, str]


def leaves(node: Mapping[str, Any], path: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Every leaf under `node` with its dotted path, in the order of the file."""
    if node["type"] != "branch":
        yield path, node
    for name, child in node.get("children", {}).items():
        yield from leaves(child, f"{path}.{name}")


def kind_of(leaf: Mapping[str, Any]) -> str:
    """Our word for a VSS data type. Arrays are carried as JSON text."""
    match leaf["datatype"]:
        case "boolean":
            return "boolean"
        case "float" | "double":
            return "number"
        case "string":
            return "enum" if leaf.get("allowed") else "text"
        case datatype if re.fullmatch(r"u?int(8|16|32|64)", datatype):
            return "integer"
        case datatype if datatype.endswith("[]"):
            return "text"
        case datatype:
            raise ValueError(f"data type {datatype} is not one of VSS 6.0's; say in kind_of what it becomes")


def bounds(leaf: Mapping[str, Any]) -> tuple[str, str]:
    """The range as text, low and high; empty where open. Whole numbers are bounded by their data type at least."""
    low, high = leaf.get("min"), leaf.get("max")
    if whole := re.fullmatch(r"(u?)int(\d+)", leaf["datatype"]):
        bits = int(whole[2])
        least, most = (0, 2**bits - 1) if whole[1] else (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1)
        low, high = least if low is None else low, most if high is None else high
    return "" if low is None else f"{low}", "" if high is None else f"{high}"


def describe(path: str) -> str:
    """A plain description made from the path alone.

    >>> describe("Vehicle.Cabin.Door.Row1.DriverSide.IsOpen")
    'Cabin door row 1 driver side: is open.'
    """
    *branches, leaf = path.split(".")[1:]
    place = " ".join(map(spoken, branches)) or "vehicle"
    name = SAID.get(leaf) or spoken(leaf)
    return f"{place[0].upper()}{place[1:]}: {name}."


def spoken(part: str) -> str:
    """One part of a path as words; abbreviations stay as they are.

    >>> spoken("IsLowRangeEngaged"), spoken("ABS"), spoken("Row2"), spoken("DieselExhaustFluid")
    ('is low range engaged', 'ABS', 'row 2', 'diesel exhaust fluid')
    """
    return " ".join(word if word.isupper() and len(word) > 1 else word.lower() for word in WORD.findall(part))


def row_of(path: str, leaf: Mapping[str, Any], source: str) -> Row:
    """The table's row for one leaf."""
    kind = kind_of(leaf)
    low, high = bounds(leaf)
    return {
        "path": path,
        "type": kind,
        "role": leaf["type"],
        "unit": leaf.get("unit", ""),
        "low": low,
        "high": high,
        "allowed": "|".join(leaf["allowed"]) if kind == "enum" else "",
        "description": describe(path),
        "source": source,
    }


def merge(earlier: list[Row], fresh: list[Row]) -> list[Row]:
    """The fresh rows in the places that earlier ones have, and those that are new at the end.

    Raises ValueError where an enumeration would become something else or the reverse: its stored codes would lie.
    """
    by_path = {row["path"]: row for row in fresh}
    merged = []
    for old in earlier:
        new = dict(by_path.pop(old["path"], old))
        if (old["type"] == "enum") != (new["type"] == "enum"):
            raise ValueError(
                f"{old['path']}: was {old['type']} and is now {new['type']}; give the new one its own path"
            )
        new["allowed"] = append_only(old["allowed"], new["allowed"])
        merged.append(new)
    return merged + list(by_path.values())


def append_only(old: str, new: str) -> str:
    """The allowed words of before in their order, then those that are new.

    >>> append_only("OFF|ON", "AUTO|ON")
    'OFF|ON|AUTO'
    """
    return "|".join(dict.fromkeys([word for word in (*old.split("|"), *new.split("|")) if word]))


def write(rows: list[Row], out: TextIO) -> None:
    """Write the table as CSV with a header."""
    writer = csv.DictWriter(out, COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)


def main() -> None:
    """Read the release named on the command line and print the table."""
    parser = argparse.ArgumentParser(description="Write the vehicle signals table from a VSS release.")
    parser.add_argument("release", type=Path, help="the release as JSON, such as vss_release_6.0.json")
    parser.add_argument("--source", default="COVESA VSS 6.0", help="what the source column names")
    parser.add_argument("--earlier", type=Path, default=TABLE, help="the table whose places are kept")
    wanted = parser.parse_args()
    root = json.loads(wanted.release.read_text(encoding="utf-8"))["Vehicle"]
    fresh = [row_of(path, leaf, wanted.source) for path, leaf in leaves(root, "Vehicle")]
    earlier = list(csv.DictReader(wanted.earlier.open(encoding="utf-8"))) if wanted.earlier.exists() else []
    write(merge(earlier, fresh), sys.stdout)


if __name__ == "__main__":
    main()
