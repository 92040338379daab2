"""Turn restrictions as a graph: where a turn is forbidden, the road in gets an end of its own with fewer ways on.

Only those roads are doubled that lead into a forbidden turn, so that a map grows by its restrictions and not, as a
graph of all turns would, manifold. A U-turn there counts as forbidden too, unless nothing else is left.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from homeward.models.roads.network import Column, Network


@dataclass(frozen=True, eq=False)
class Turns:
    """A graph (n' junctions, m' arcs) on which any way obeys the restrictions; `arc` is the network's arc of each."""

    tail: Column  # int32 (m',)
    head: Column  # int32 (m',)
    arc: Column  # int32 (m',)
    junction: Column  # int32 (n',), the network's junction of each
    end_of: Column  # int32 (m,), where one stands having driven an arc of the network


def obey(network: Network) -> Turns:
    """The graph of a network's `forbidden` pairs."""
    barred: dict[int, set[int]] = {}
    for a, b in network.forbidden.tolist():
        barred.setdefault(a, set()).add(b)
    n, heads = network.nodes, network.head.tolist()
    end_of = np.array(heads, dtype=np.int32)
    for own, arc in enumerate(sorted(barred)):
        end_of[arc] = n + own
    first = np.searchsorted(network.tail, np.arange(n + 1)).tolist()
    tails, arcs = network.tail.tolist(), list(range(network.arcs))
    for arc in sorted(barred):
        out = [b for b in range(first[heads[arc]], first[heads[arc] + 1]) if b not in barred[arc]]
        on = [b for b in out if heads[b] != network.tail[arc]] or out
        tails += [int(end_of[arc])] * len(on)
        arcs += on
    arc_of: Any = np.array(arcs, dtype=np.int32)
    junction = np.concatenate([np.arange(n), [heads[arc] for arc in sorted(barred)]]).astype(np.int32)
    return Turns(np.array(tails, dtype=np.int32), end_of[arc_of], arc_of, junction, end_of)
