"""Cutting a turn into rounds: each has at most one thing of each household, in the order of the stream."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

import numpy as np

from homeward.core.batch import Batch, Integers
from homeward.core.nodes import Nodes
from homeward.core.signal import Outcome, Wish, household_of


@dataclass(slots=True)
class Extra:
    """A wish or an outcome on its way into the turn: it acts at `time`, after messages of that time."""

    household: int
    time: float
    what: Wish | Outcome


@dataclass(slots=True)
class Round:
    """At most one thing for each of several households: messages by index `(k,)`, or one wish or outcome."""

    messages: Integers
    extras: list[Extra] = field(default_factory=list)


def extras(batch: Batch, wishes: Iterable[Wish], nodes: Nodes, problems: list[str]) -> list[Extra]:
    """The wishes, and the outcomes that a batch brings; what is of no household becomes one of the `problems`."""
    found = []
    told: list[Wish | Outcome] = [*wishes, *batch.outcomes]
    for what in told:
        name = household_of(what.node) if what.node else what.id.rpartition("-")[0]
        household = nodes.household_number(name)
        if household < 0:
            problems.append(f"no household {name!r} for {what}")
        else:
            found.append(Extra(household, what.at, what))
    return found


def rounds(batch: Batch, messages: Integers, extras: list[Extra], nodes: Nodes) -> Iterator[Round]:
    """The rounds of these messages of a batch and what came beside them."""
    m = len(messages)
    households = np.r_[nodes.households_of(batch.node[messages]), [extra.household for extra in extras]].astype(
        np.int64
    )
    times = np.r_[batch.time[messages], [extra.time for extra in extras]]
    order = np.argsort(times, kind="stable")  # of equal times, messages come first
    order = order[np.argsort(households[order], kind="stable")]
    sorted_by = households[order]
    first = np.ones(len(order), np.bool_)
    np.not_equal(sorted_by[1:], sorted_by[:-1], out=first[1:])
    place = np.arange(len(order)) - first.nonzero()[0][np.cumsum(first) - 1]
    by_place = order[np.argsort(place, kind="stable")]
    end = 0
    for count in np.bincount(place).tolist():
        one, end = np.sort(by_place[end : end + count]), end + count
        yield Round(messages[one[one < m]], [extras[i - m] for i in one[one >= m].tolist()])
