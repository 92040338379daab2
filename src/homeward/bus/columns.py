"""The packed payload for gateways that speak for many nodes: one header, then plain columns of numbers.

    b"HWC1", the header's length as 4 bytes,
    the header in JSON: {"nodes": ["lind/car", …], "paths": ["Vehicle.Speed", …]},
    then times (n,) and values (n, p) row by row, all little-endian 8-byte floats.

A time is seconds since 1970, NaN for the moment of arrival. A value is as in the twin's columns (truths 0 or 1, words
by their code), NaN where nothing is said. A gateway sends the same header again and again, so what it means is worked
out once. The nodes are of the gateway's own household, unless it belongs to an operator's. A payload whose first node
has a time counts once, however often it is sent.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import orjson

from homeward.bus.shapes import Bounds, Shapes
from homeward.core.batch import Batch, Floats, Integers, trusted
from homeward.core.nodes import NONE, Nodes
from homeward.core.signal import Refused, Type, household_of
from homeward.core.vocabulary import Vocabulary, wanted

MAGIC = b"HWC1"
MOST_HEADERS = 1024
FLOAT = np.dtype("<f8")


@dataclass(frozen=True, slots=True, eq=False)
class Header:
    """Whom and what a packed payload is about: node numbers `(n,)` and vocabulary indices `(p,)`."""

    nodes: Integers
    signals: Integers


def pack(
    nodes: Sequence[str], paths: Sequence[str], at: Floats, values: "np.ndarray[tuple[int, int], np.dtype[np.float64]]"
) -> bytes:
    """The payload that says `values` (n, p) of those paths (p) for those nodes (n) at those times (n,)."""
    header = orjson.dumps({"nodes": list(nodes), "paths": list(paths)})
    size = len(header).to_bytes(4, "little")
    return MAGIC + size + header + at.astype(FLOAT).tobytes() + values.astype(FLOAT).tobytes()


def first_time(payload: bytes) -> float:
    """The time of the first node of a payload that was unpacked without complaint; NaN for the moment of arrival."""
    start = 8 + int.from_bytes(payload[4:8], "little")
    return float(np.frombuffer(payload, FLOAT, 1, start)[0])


class Unpacker:
    """Reads packed payloads; remembers headers."""

    def __init__(
        self, nodes: Nodes, vocabulary: Vocabulary, bounds: Bounds, shapes: Shapes, operators: frozenset[str]
    ) -> None:
        self._nodes, self._vocabulary, self._bounds, self._shapes = nodes, vocabulary, bounds, shapes
        self._operators = operators
        self._known: dict[tuple[str, bytes], Header] = {}

    def unpack(self, gateway: str, payload: bytes, time: float) -> Batch:
        """The batch a payload holds, a message a node, all of `time`. Raises Refused, UnknownSignal or Unknown."""
        size = int.from_bytes(payload[4:8], "little")
        start = 8 + size
        if payload[:4] != MAGIC or start > len(payload):
            raise Refused("not packed columns; they begin with HWC1, the header's length and the header")
        key = (household_of(gateway), payload[8:start])
        header = self._known.get(key) or self._learn(key)
        n, p = len(header.nodes), len(header.signals)
        if len(payload) != start + 8 * n * (p + 1):
            raise Refused(f"{len(payload) - start} bytes of columns; {n} nodes and {p} paths take {8 * n * (p + 1)}")
        numbers = np.frombuffer(payload, FLOAT, offset=start).astype(np.float64)
        at, value = numbers[:n], numbers[n:]
        signal = np.tile(header.signals, n)
        said = ~np.isnan(value)
        unfit = self._bounds.unfit(value, signal) & said
        if unfit.any():
            cell = int(np.flatnonzero(unfit)[0])
            defined = self._vocabulary.signals[int(signal[cell])]
            name = self._nodes.names[int(header.nodes[cell // p])]
            raise Refused(f"{defined.path} of {name}: {value[cell]:g} is not {wanted(defined)}")
        each = said.reshape(n, p).sum(axis=1)
        some = each > 0
        times = np.full(int(some.sum()), time)
        starts = np.concatenate(([0], np.cumsum(each[some])))
        return Batch(header.nodes[some], times, trusted(at[some], times), starts, signal[said], value[said])

    def _learn(self, key: tuple[str, bytes]) -> Header:
        said = orjson.loads(key[1])
        if not isinstance(said, dict) or not all(_names(said.get(word)) for word in ("nodes", "paths")):
            raise Refused('the header is not {"nodes": ["household/node", …], "paths": ["Vehicle.Speed", …]}')
        shape = self._shapes.learn(tuple(said["paths"]))
        if (self._bounds.type[shape.signal] == Type.TEXT).any():
            raise Refused("texts do not go into packed columns; send them as readings")
        numbers = np.array([self._nodes.find(name) for name in said["nodes"]], np.int64)
        for name in said["nodes"]:
            if self._nodes.find(name) == NONE:
                raise Refused(f"unknown node {name[:100]}")
            if household_of(name) != key[0] and key[0] not in self._operators:
                raise Refused(f"{name[:100]} is not of the gateway's household")
        if len(set(said["nodes"])) < len(numbers):
            raise Refused("a node is there twice; say it once")
        if (self._nodes.kinds_of(numbers) != shape.kind).any():
            raise Refused(f"not all nodes are of the kind that has {said['paths'][0][:100]}")
        if len(self._known) >= MOST_HEADERS:
            self._known.clear()
        self._known[key] = Header(numbers, shape.signal)
        return self._known[key]


def _names(said: object) -> bool:
    return isinstance(said, list) and bool(said) and all(isinstance(one, str) for one in said)
