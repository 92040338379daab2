"""Batches made of tables, cut and joined: one after the other, or one between the other."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from homeward.core.batch import Batch, Floats, Integers


def of_table(node: Integers, time: Floats, at: Floats, signal: Integers, values: "np.ndarray[Any, Any]") -> Batch:
    """Messages `(n,)` that all say the same signals `(p,)`, with values `(n, p)`."""
    n, p = values.shape
    return Batch(node, time, at, np.arange(0, n * p + 1, p), signal[np.arange(n * p) % p], values.ravel())


def without(batch: Batch, bad: "np.ndarray[Any, Any]") -> Batch:
    """The batch without the messages marked `(m,)`."""
    size = np.diff(batch.starts)
    keep = np.repeat(~bad, size)
    now_at = np.cumsum(keep) - 1
    return Batch(
        batch.node[~bad],
        batch.time[~bad],
        batch.at[~bad],
        np.concatenate(([0], np.cumsum(size[~bad]))),
        batch.signal[keep],
        batch.value[keep],
        {int(now_at[i]): text for i, text in batch.texts.items() if keep[i]},
        batch.outcomes,
    )


def joined(parts: Sequence[Batch]) -> Batch:
    """The batches as one, in their order."""
    if len(parts) == 1:
        return parts[0]
    if not parts:
        return Batch.empty()
    before = np.cumsum([0, *(len(part.signal) for part in parts[:-1])]).tolist()
    return Batch(
        np.concatenate([part.node for part in parts]),
        np.concatenate([part.time for part in parts]),
        np.concatenate([part.at for part in parts]),
        np.concatenate([[0], *(part.starts[1:] + shift for part, shift in zip(parts, before, strict=True))]),
        np.concatenate([part.signal for part in parts]),
        np.concatenate([part.value for part in parts]),
        {i + shift: text for part, shift in zip(parts, before, strict=True) for i, text in part.texts.items()},
        tuple(outcome for part in parts for outcome in part.outcomes),
    )


def in_order(parts: Sequence[tuple[Batch, Integers]]) -> tuple[Batch, Integers]:
    """Batches with the place `(m,)` of each message, rising in each of them, as one in the order of places."""
    if len(parts) == 1:
        return parts[0]
    batch, place = joined([part for part, _ in parts]), np.concatenate([place for _, place in parts])
    order = np.argsort(place, kind="stable")
    size = np.diff(batch.starts)[order]
    starts = np.concatenate(([0], np.cumsum(size)))
    reading = np.repeat(batch.starts[:-1][order] - starts[:-1], size) + np.arange(starts[-1])
    texts: dict[int, str] = {}
    if batch.texts:
        now_at = np.empty(len(reading), np.int64)
        now_at[reading] = np.arange(len(reading))
        texts = {int(now_at[i]): text for i, text in batch.texts.items()}
    ordered = Batch(
        batch.node[order],
        batch.time[order],
        batch.at[order],
        starts,
        batch.signal[reading],
        batch.value[reading],
        texts,
        batch.outcomes,
    )
    return ordered, place[order]
