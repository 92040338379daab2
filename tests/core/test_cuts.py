"""However the stream is cut into turns, the same things happen: and they are what a slow, obvious circle does.

`CUTS_EXAMPLES=20000 pytest tests/core/test_cuts.py` looks far more closely than a run of all tests does.
"""

import json
import os
from collections import defaultdict
from dataclasses import dataclass, field
from math import isclose
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.core.reference import Reference
from tests.core.reference_standing import Told
from tests.core.streams import STREAMS, Happening, Message, household_in, time_of
from tests.core.town import NODES, SKILLS

from homeward.core import snapshot
from homeward.core.batch import Batch
from homeward.core.circle import MANY, Circle
from homeward.core.signal import Outcome, Reading, Wish, household_of
from homeward.core.vocabulary import Vocabulary
from homeward.words import load_vocabulary

EXAMPLES = int(os.environ.get("CUTS_EXAMPLES", "0"))
CUTS = settings(
    max_examples=EXAMPLES or 60,
    deadline=None,
    derandomize=not EXAMPLES,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.function_scoped_fixture],
)
HOUSEHOLDS = ("lind", "berg", "solo")


@pytest.fixture(autouse=True, params=[MANY, 0], ids=["by the kernel", "in columns"])
def many(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Learn by the kernel, as few do in life, and all in columns, as many do."""
    monkeypatch.setattr("homeward.core.circle.MANY", request.param)


@dataclass(frozen=True)
class Cut:
    """Between two happenings: whether a turn ends there, how far on it lasts, empty turns after it, a restart."""

    here: bool = True
    until: float = 0.0  # as a share of the way to the next happening
    empty: tuple[float, ...] = ()
    restart: bool = False


SHARES = st.sampled_from([0.0, 0.0, 0.01, 0.5, 1.0])
CUT = st.builds(
    Cut, st.booleans(), SHARES, st.lists(SHARES, max_size=2).map(tuple), st.integers(0, 9).map(lambda n: n == 0)
)
AFTER = st.sampled_from([0.0, 1.0, 45.0, 3000.0])


@dataclass
class Life:
    """All that came of a stream, by household."""

    circle: Circle
    told: dict[str, list[Told]] = field(default_factory=lambda: defaultdict(list))
    wrote: dict[str, list[Reading]] = field(default_factory=lambda: defaultdict(list))
    problems: list[str] = field(default_factory=list)

    def turn(self, happenings: list[Happening], until: float) -> None:
        twin = self.circle.twin
        messages = [(one.time, list(one.readings)) for one in happenings if isinstance(one, Message)]
        outcomes = [one for one in happenings if isinstance(one, Outcome)]
        wishes = [one for one in happenings if isinstance(one, Wish)]
        turn = self.circle.turn(Batch.of(messages, twin.nodes, twin.vocabulary, outcomes), until, wishes)
        for event in turn.events:
            self.told[household_of(event.command.node)].append((event.at, event.command, event.what, event.why))
        for reading in turn.readings:
            self.wrote[household_of(reading.node)].append(reading)
        self.problems += turn.problems

    def restart(self) -> None:
        """Through a snapshot, by way of JSON, into a new circle."""
        plain, arrays = snapshot.take(self.circle)
        again = Circle(self.circle.twin.vocabulary, SKILLS)
        assert snapshot.restore(again, json.loads(json.dumps(plain)), arrays) == []
        self.circle = again

    def said(self, household: str) -> Any:
        return self.told[household], self.wrote[household], sorted(p for p in self.problems if p.startswith(household))


def settled(vocabulary: Vocabulary) -> Circle:
    circle = Circle(vocabulary, SKILLS)
    for name, kind in NODES.items():
        circle.add(name, kind)
    return circle


def state(circle: Circle) -> dict[str, Any]:
    """Everything a circle knows, by name."""
    twin, found = circle.twin, dict[str, Any]()
    for name in NODES:
        for signal, value, at in twin.known(name):
            found[f"{name} {signal.path}"] = (value, at)
    for _, watch in circle.watches:
        watch.extend()
        for row, number in enumerate(twin.nodes.node_of[watch.subject].array[: watch.truth.size].tolist()):
            memory = bool(watch.truth.array[row]), float(watch.since.array[row]), float(watch.due.array[row])
            found[f"{watch.name} of {twin.nodes.names[number]}"] = memory
    standing = circle.standings.state()
    found["standing"] = sorted(standing["stands"], key=lambda one: (one["node"], one["path"]))
    found["counts"] = standing["counts"]
    found["next due"] = exact_due(circle)
    return found


def exact_due(circle: Circle) -> float | None:
    circle.look_ahead()
    return circle.next_due()


def live(vocabulary: Vocabulary, stream: list[Happening], cuts: list[Cut], after: float) -> Life:
    """The stream in turns, cut after each happening as the cuts say (none: not cut)."""
    life, pending = Life(settled(vocabulary)), list[Happening]()
    end = time_of(stream[-1]) + after
    for i, one in enumerate(stream):
        pending.append(one)
        cut = cuts[i % len(cuts)] if cuts else Cut(here=False)
        if i + 1 == len(stream) or not cut.here:
            continue
        start, room = time_of(one), time_of(stream[i + 1]) - time_of(one)
        untils = sorted(start + share * room for share in (cut.until, *cut.empty))
        for until in untils:
            life.turn(pending, until)
            pending = []
        if cut.restart:
            life.restart()
    life.turn(pending, end)
    return life


ONE_BY_ONE = [Cut()]


@CUTS
@given(STREAMS, st.lists(CUT, min_size=1, max_size=12), AFTER)
def test_cuts_and_restarts_change_nothing(stream: list[Happening], cuts: list[Cut], after: float) -> None:
    vocabulary = load_vocabulary()
    one_by_one, whole = live(vocabulary, stream, ONE_BY_ONE, after), live(vocabulary, stream, [], after)
    cut = live(vocabulary, stream, cuts, after)
    for household in HOUSEHOLDS:
        assert whole.said(household) == one_by_one.said(household)
        assert cut.said(household) == one_by_one.said(household)
    assert state(whole.circle) == state(one_by_one.circle)
    assert state(cut.circle) == state(one_by_one.circle)


@CUTS
@given(STREAMS, AFTER)
def test_it_is_what_the_slow_circle_does(stream: list[Happening], after: float) -> None:
    vocabulary = load_vocabulary()
    whole = live(vocabulary, stream, [], after)
    for household in HOUSEHOLDS:
        slow = Reference(
            vocabulary, SKILLS, {name: kind for name, kind in NODES.items() if household_of(name) == household}
        )
        for one in stream:
            if household_in(one) == household:
                slow.hear(one)
        slow.live_until(time_of(stream[-1]) + after)
        assert whole.told[household] == slow.told
        assert whole.wrote[household] == slow.wrote
        for (node, path), (value, at) in slow.cells.known.items():
            known, known_at = whole.circle.twin.get(node, path)
            assert known_at == at and same(known, value), (node, path)


@CUTS
@given(STREAMS, AFTER)
def test_households_know_nothing_of_each_other(stream: list[Happening], after: float) -> None:
    vocabulary = load_vocabulary()
    together = live(vocabulary, stream, [], after)
    for household in HOUSEHOLDS:
        own = [one for one in stream if household_in(one) == household]
        if own:
            alone = live(vocabulary, own, [], time_of(stream[-1]) + after - time_of(own[-1]))
            assert together.said(household) == alone.said(household)


def same(a: object, b: object) -> bool:
    """Equal, or as near as two ways to calculate a distance come."""
    if isinstance(a, float) and isinstance(b, int | float):
        return isclose(a, b, rel_tol=1e-7, abs_tol=1e-4)
    return a == b
