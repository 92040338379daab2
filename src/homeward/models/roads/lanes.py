"""Many least weights at once, in machine code: pairs that lie near one another climb together, a lane for each.

What a processor does for one number it does for eight, if told so by name (`shorter`): the compiler does not see it by
itself. And near the top of the hierarchy, where most edges are, near pairs have the same ancestors. Only for weights
that are not below zero. A lane is FAR where it has not been.
"""

from typing import Any, Final

import numpy as np
from llvmlite import ir
from numba import njit, types
from numba.extending import intrinsic

from homeward.models.roads.kernels import NOWHERE
from homeward.models.roads.network import Column

LANES: Final = 8
FAR: Final = np.int32(NOWHERE - 1)  # two of them are still a number


def nearby(a: Column, b: Column, most: int) -> Column:
    """An order of pairs of ranks (k,), below `most`, in which near ones follow one another: along a Z-shaped curve."""
    bits = max(0, int(most).bit_length() - 16)
    return np.argsort(_apart(a.astype(np.int64) >> bits) | (_apart(b.astype(np.int64) >> bits) << 1))


def _apart(number: Column) -> Column:
    """Bits (of 16) with a gap between any two."""
    for shift, mask in ((8, 0x00FF00FF), (4, 0x0F0F0F0F), (2, 0x33333333), (1, 0x55555555)):
        number = (number | (number << shift)) & mask
    return number


@intrinsic
def shorter(context: Any, flat: Any, source: Any, target: Any, more: Any) -> Any:
    """Let the lanes of `flat` from `target` on be no longer than those from `source` on and `more`."""

    def code(target_context: Any, builder: Any, signature: Any, args: Any) -> Any:
        data = target_context.make_array(signature.args[0])(target_context, builder, args[0]).data
        number = ir.IntType(32)
        vector = ir.VectorType(number, LANES)
        of, to = (builder.bitcast(builder.gep(data, [at]), vector.as_pointer()) for at in args[1:3])
        any_lanes = ir.Constant(vector, ir.Undefined)
        first = builder.insert_element(any_lanes, args[3], ir.Constant(number, 0))
        longer = builder.shuffle_vector(first, any_lanes, ir.Constant(vector, [0] * LANES))
        a = builder.add(builder.load(of, align=4), longer)
        b = builder.load(to, align=4)
        builder.store(builder.select(builder.icmp_signed("<", a, b), a, b), to, align=4)
        return target_context.get_dummy_value()

    return types.void(flat, types.uint64, types.uint64, types.int32), code


@njit(cache=True, nogil=True)
def rise(starts: Any, tree: Any, weight: Any, reached: Any) -> None:
    """Distances from each start, in its lane, to all ancestors of all; `reached` (n, LANES) is FAR before."""
    first, above, parent = tree
    heads, n, flat = np.full(LANES, len(parent), np.int64), len(parent), reached.reshape(-1)
    for lane in range(len(starts)):
        heads[lane] = starts[lane]
        reached[starts[lane], lane] = 0
    v = heads.min()
    while v < n:
        for e in range(first[v], first[v + 1]):
            if weight[e] < NOWHERE:
                shorter(flat, np.uint64(v * LANES), np.uint64(above[e] * LANES), weight[e])  # type: ignore[call-arg]
        v = onward(heads, v, parent)


@njit(cache=True, nogil=True)
def onward(heads: Any, v: Any, parent: Any) -> Any:
    """The next rank on the paths from `heads` to the root, in rising order; as many as there are ranks at the end."""
    n = len(parent)
    over, least = parent[v] if parent[v] != -1 else n, n
    for lane in range(LANES):
        if heads[lane] == v:
            heads[lane] = over
        least = min(least, heads[lane])
    return least


@njit(cache=True, nogil=True)
def pairs(sources: Any, targets: Any, tree: Any, edges: Any, there: Any, back: Any, told: Any) -> None:
    """Least weights of pairs of ranks (k,), into `told`; `there` and `back` (n, LANES) are FAR before and after."""
    parent, best = tree[2], np.empty(LANES, np.int32)
    for begin in range(0, len(sources), LANES):
        a, b = sources[begin : begin + LANES], targets[begin : begin + LANES]
        rise(a, tree, edges[0], there)
        rise(b, tree, edges[1], back)
        best[:] = FAR
        for starts, own in ((a, there), (b, back)):
            heads = np.full(LANES, len(parent), np.int64)
            heads[: len(starts)] = starts
            v = heads.min()
            while v < len(parent):
                for lane in range(LANES):
                    best[lane] = min(best[lane], there[v, lane] + back[v, lane])
                    own[v, lane] = FAR
                v = onward(heads, v, parent)
        for lane in range(len(a)):
            told[begin + lane] = best[lane] if best[lane] < FAR else NOWHERE
