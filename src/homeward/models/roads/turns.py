"""Turn restrictions as a graph: where rows of arcs are forbidden, having driven one's beginning is a place of its own.

A forbidden pair gives the road in an end of its own with fewer ways on; a row of more arcs gives one for each of its
beginnings, as the states of an automaton that reads the arcs driven. So a map grows by its restrictions and not, as a
graph of all turns would, manifold. A U-turn at such an end counts as forbidden too, unless nothing else is left.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from homeward.models.roads.network import Column, Network

Row = tuple[int, ...]


@dataclass(frozen=True, eq=False)
class Turns:
    """A graph (n' junctions, m' arcs) on which any way obeys the restrictions; `arc` is the network's arc of each."""

    tail: Column  # int32 (m',)
    head: Column  # int32 (m',)
    arc: Column  # int32 (m',)
    junction: Column  # int32 (n',), the network's junction of each
    end_of: Column  # int32 (m,), where one stands having driven an arc of the network


def rows_of(network: Network) -> Iterator[Row]:
    """All rows of arcs that must not be driven one after another."""
    yield from map(tuple, network.forbidden.tolist())
    first, arcs = network.via_first.tolist(), network.via_arcs.tolist()
    for begin, end in pairwise(first):
        yield tuple(arcs[begin:end])


def obey(network: Network) -> Turns:
    """The graph of a network's restrictions."""
    barred = set(rows_of(network))
    states = sorted({row[:size] for row in barred for size in range(1, len(row))})
    n, heads, number = network.nodes, network.head.tolist(), {state: i for i, state in enumerate(states)}
    end_of = np.array(heads, dtype=np.int32)
    for state in states:
        if len(state) == 1:
            end_of[state[0]] = n + number[state]
    first = np.searchsorted(network.tail, np.arange(n + 1)).tolist()
    tails, ends, arcs = network.tail.tolist(), end_of.tolist(), list(range(network.arcs))
    for state in states:
        last = state[-1]
        out = [b for b in range(first[heads[last]], first[heads[last] + 1]) if not _ends_in((*state, b), barred)]
        for b in [b for b in out if heads[b] != network.tail[last]] or out:
            tails.append(n + number[state])
            ends.append(_after((*state, b), number, n, heads[b]))
            arcs.append(b)
    junction = np.concatenate([np.arange(n), [heads[state[-1]] for state in states]]).astype(np.int32)
    tail, head, arc = (np.array(column, dtype=np.int32) for column in (tails, ends, arcs))
    return Turns(tail, head, arc, junction, end_of)


def _ends_in(driven: Row, barred: set[Row]) -> bool:
    """Whether what was driven ends in a forbidden row."""
    return any(driven[i:] in barred for i in range(len(driven) - 1))


def _after(driven: Row, number: dict[Row, int], n: int, junction: int) -> int:
    """Where one stands having driven that: the longest beginning of a forbidden row it ends in, or nowhere special."""
    return next((n + number[driven[i:]] for i in range(len(driven)) if driven[i:] in number), junction)
