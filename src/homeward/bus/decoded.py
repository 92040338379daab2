"""What a stretch of the log said, and the stretch while it is decoded."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from homeward.bus.alike import Together
from homeward.bus.faults import Fault
from homeward.bus.reader import Messages
from homeward.bus.shapes import Shape
from homeward.core.batch import Batch, Floats, Integers
from homeward.core.signal import Outcome, Wish

NOWHERE = np.zeros(0, np.int64)


@dataclass(slots=True, eq=False)
class Decoded:
    """What a stretch of the log said. `foreign` are messages of topics that are not homeward's, for templates.

    `sequences` `(m,)` are the places of the batch's messages in the log, `answered` those of its outcomes.
    `resent` counts those sent again, which count once; `unfit` those that were not applied; `faults` holds
    those whose senders are told (some a second).
    """

    batch: Batch
    sequences: Integers
    answered: list[int] = field(default_factory=list)
    wishes: list[Wish] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    foreign: Messages = field(default_factory=Messages)
    unfit: int = 0
    resent: int = 0


@dataclass(slots=True, eq=False)
class Work:
    """One stretch while it is decoded: readings are gathered message by message, and put into columns by `Codec`.

    `together` are those that were read together; all before `begun` is in columns already.
    """

    messages: Messages
    times: Floats
    decoded: Decoded
    together: Together = field(default_factory=Together)
    begun: int = 0
    node: list[int] = field(default_factory=list)
    at: list[float] = field(default_factory=list)
    shape: list[Shape] = field(default_factory=list)
    source: list[int] = field(default_factory=list)
    said: list[Any] = field(default_factory=list)
    parts: list[Batch] = field(default_factory=list)
    places: list[Integers] = field(default_factory=list)
    outcomes: list[Outcome] = field(default_factory=list)
    unfit: list[tuple[int, Exception]] = field(default_factory=list)
    has_bundles: bool = False

    def gather(self, source: int, node: int, at: float, shape: Shape, said: Iterable[Any]) -> None:
        """Add what a message says."""
        self.source.append(source)
        self.node.append(node)
        self.at.append(at)
        self.shape.append(shape)
        self.said.extend(said)
