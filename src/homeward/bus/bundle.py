"""What connectors heard within a moment, as one message of the log: under load that is one in place of dozens.

    b"HWB1", the header's length as 4 bytes,
    the header in JSON: {"messages": m, "nodes": ["lind/car", …], "shapes": [["Vehicle.Speed", …], …]},
    then, of each message (m,), as 8-byte integers: its place among the nodes, its place among the shapes, its mark, and
    how long before the last of them it was heard, in ns,
    then the times (m,), and all values one after the other (n,), as 8-byte floats; everything little-endian.

The last was heard at the time that goes with it into the log. A mark is what one sent again is known by: the `crc32` of
what came with a time of its own, else 0. Only the hub writes such messages, of what it has found to be right; so what
cannot be read later is of nodes and signals that are no more, and is left out.
"""

from collections.abc import Sequence

import numpy as np
import orjson

from homeward.bus.resends import Resends
from homeward.bus.shapes import Shapes, Unknown
from homeward.bus.stretches import without
from homeward.core.batch import Batch, Integers
from homeward.core.nodes import NONE, Nodes
from homeward.core.signal import Refused
from homeward.core.vocabulary import Vocabulary

MAGIC = b"HWB1"
FLOAT, INTEGER = np.dtype("<f8"), np.dtype("<i8")
MOST_SHAPES = 8192


class Bundles:
    """Packs messages of many nodes into one, and reads them again."""

    def __init__(self, nodes: Nodes, vocabulary: Vocabulary, shapes: Shapes, resends: Resends) -> None:
        self._nodes, self._vocabulary, self._shapes, self._resends = nodes, vocabulary, shapes, resends
        self._paths: dict[tuple[int, ...], bytes] = {}

    def pack(
        self, batch: Batch, shapes: Sequence[tuple[int, ...]], marks: Sequence[int], before_ns: Sequence[int]
    ) -> bytes:
        """The payload for these messages, each with signals of such a shape.

        `before_ns` is how long before the last they came.
        """
        own: dict[tuple[int, ...], int] = {}
        of_shape = [own.setdefault(one, len(own)) for one in shapes]
        nodes, of_node = np.unique(batch.node, return_inverse=True)
        names = orjson.dumps([self._nodes.names[node] for node in nodes.tolist()])
        paths = b",".join([self._paths.get(one) or self._spell(one) for one in own])
        header = b'{"messages":%d,"nodes":%b,"shapes":[%b]}' % (len(shapes), names, paths)
        numbers = np.array([of_node, of_shape, marks, before_ns], INTEGER).tobytes()
        columns = batch.at.astype(FLOAT).tobytes(), batch.value.astype(FLOAT).tobytes()
        return b"".join((MAGIC, len(header).to_bytes(4, "little"), header, numbers, *columns))

    def _spell(self, signals: tuple[int, ...]) -> bytes:
        if len(self._paths) >= MOST_SHAPES:
            self._paths.clear()
        paths = orjson.dumps([self._vocabulary.signals[one].path for one in signals])
        self._paths[signals] = paths
        return paths

    def unpack(self, payload: bytes, time_ns: int) -> tuple[Batch, int, int]:
        """The batch that a payload holds; how many messages of it came before, and how many cannot be read any more.

        Raises ValueError, KeyError or TypeError for one that is not whole.
        """
        start = 8 + int.from_bytes(payload[4:8], "little")
        header = orjson.loads(payload[8:start])
        m = int(header["messages"])
        of_node, of_shape, marks, before_ns = np.frombuffer(payload, INTEGER, 4 * m, start).reshape(4, m)
        at = np.frombuffer(payload, FLOAT, m, start + 32 * m).astype(np.float64)
        value = np.frombuffer(payload, FLOAT, offset=start + 40 * m).astype(np.float64)
        nodes = np.array([self._nodes.find(name) for name in header["nodes"]], np.int64)
        shapes = [self._shape(tuple(paths)) for paths in header["shapes"]]
        node, kinds = nodes[of_node], np.array([kind for _, kind in shapes])[of_shape]
        signal = np.concatenate([shapes[shape][0] for shape in of_shape.tolist()])
        starts = np.concatenate(([0], np.cumsum([len(shapes[shape][0]) for shape in of_shape.tolist()])))
        if payload[:4] != MAGIC or len(value) != starts[-1]:
            raise ValueError("a bundle that is not whole")
        unread = (node == NONE) | (kinds != np.where(node == NONE, NONE, self._nodes.kinds_of(node)))
        resent = np.zeros(m, np.bool_)
        for i in np.flatnonzero((marks != 0) & ~unread).tolist():
            resent[i] = self._resends.again(int(node[i]), float(at[i]), int(marks[i]), time_ns)
        batch = Batch(node, (time_ns - before_ns) / 1e9, at, starts, signal, value)
        if unread.any() or resent.any():
            batch = without(batch, unread | resent)
        return batch, int(resent.sum()), int(unread.sum())

    def _shape(self, paths: tuple[str, ...]) -> tuple[Integers, int]:
        """The signals of a shape and its kind; NONE for one that has no meaning any more."""
        try:
            shape = self._shapes.known.get(paths) or self._shapes.learn(paths)
        except (Unknown, Refused):
            return np.full(len(paths), NONE, np.int64), NONE
        return shape.signal, shape.kind
