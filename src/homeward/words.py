"""Reads the vocabulary that homeward ships with: the tables in `core/words`, which the core itself may not open."""

from functools import cache
from importlib.resources import files

from homeward.core.vocabulary import Vocabulary

TABLES = ("vehicle", "vehicle_homeward", "home", "room", "person", "device")
"""The tables in the order that gives every signal its index."""


@cache
def load_vocabulary() -> Vocabulary:
    """The vocabulary of this release, read once in a process and shared; treat it as read-only."""
    folder = files("homeward.core") / "words"
    tables = [(folder / f"{name}.csv").read_text(encoding="utf-8") for name in TABLES]
    return Vocabulary(tables, (folder / "renamed.csv").read_text(encoding="utf-8"))
