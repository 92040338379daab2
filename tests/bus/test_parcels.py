"""What was not read when it was told is read when it is sent: in its place, whole or not at all, and stored once."""

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

import numpy as np
import pytest

from homeward.bus.codec import Codec
from homeward.bus.parcels import FEW, Parcels
from homeward.bus.reader import Messages
from homeward.bus.told import Sent, Told
from homeward.core.batch import Batch
from homeward.core.connector import Bools, Message, Table, Unread
from homeward.core.signal import Kind
from homeward.core.twin import Twin
from homeward.words import load_vocabulary

SPEED, CHARGE = "Vehicle.Speed", "Vehicle.Powertrain.TractionBattery.StateOfCharge.Current"
NODES = ("lind/car", "lind/van", "berg/car")
DONE = b"homeward.lind.home.outcomes"


class Plain:
    """Payloads that are numbers; b"-" says nothing, b"?" something that is read by itself only."""

    def __init__(self, path: str) -> None:
        self.paths: tuple[str, ...] = (path,)

    def numbers(self, payloads: Sequence[bytes]) -> tuple[Table, Bools]:
        """One column."""
        values = [float(one) if one not in (b"-", b"?") else np.nan for one in payloads]
        column = np.array(values).reshape(-1, 1)
        return column, np.isnan(column[:, 0])

    def one(self, payload: bytes) -> list[float] | None:
        """The same of one."""
        return None if payload in (b"-", b"?") else [float(payload)]

    def message(self, node: str, payload: bytes) -> Message | None:
        """What one says when it is looked at closer."""
        return None if payload == b"-" else Message(node, {self.paths[0]: 0.5 if payload == b"?" else float(payload)})


FORMS = (Plain(SPEED), Plain(CHARGE))


@dataclass
class Car:
    """Tells of itself in one form."""

    node: str
    form: Plain

    def read(self, payload: bytes) -> Message | None:
        """One by itself."""
        return self.form.message(self.node, payload)


class Sender:
    """Parcels with a codec that has met all that is said here, and what was stored."""

    def __init__(self, learned: bool = True) -> None:
        twin = Twin(load_vocabulary())
        for name in NODES:
            twin.add(name, Kind.VEHICLE)
        self.codec = Codec(twin.nodes, twin.vocabulary)
        if learned:
            said = [b'{"%b": 0}' % path.encode() for path in (SPEED, CHARGE, SPEED)]
            self.codec.decode(Messages([subject(name) for name in NODES], said, [1, 2, 3], [1, 2, 3]))
        self.again = Codec(twin.nodes, twin.vocabulary)
        self.parcels = Parcels(1_000_000)
        self.parcels.read_by(self.codec.ears, self.codec.bundles)
        self.stored: list[int] = []

    def unread(self, time: int, node: str, form: Plain, payload: bytes) -> Told:
        """Something told at that time (ns)."""
        return Told(subject(node), time, unread=Unread(Car(node, form), payload, lambda: self.stored.append(time)))

    def log(self, sent: list[Sent]) -> list[tuple[str, int, float]]:
        """What the log says when it is read: node, signal, value, in order."""
        stretch = Messages(
            [one.subject for one in sent],
            [one.payload for one in sent],
            [one.time_ns for one in sent],
            list(range(len(sent))),
        )
        return rows(self.again.decode(stretch).batch)


def subject(node: str) -> bytes:
    return f"homeward.{node.replace('/', '.')}.heard".encode()


def rows(batch: Batch) -> list[tuple[str, int, float]]:
    assert len(batch.signal) == len(batch.node), "a reading each"
    names = [NODES[node] for node in batch.node.tolist()]
    return list(zip(names, batch.signal.tolist(), batch.value.tolist(), strict=True))


def test_all_of_one_form_go_as_one_bundle() -> None:
    sender = Sender()
    waiting = [sender.unread(10 + i, NODES[i % 3], FORMS[0], b"%d" % i) for i in range(20)]
    [sent] = sender.parcels.of(waiting)
    assert isinstance(sent.news, Batch) and sent.time_ns == 29
    assert sent.news.value.tolist() == list(range(20))
    assert np.allclose(sent.news.time * 1e9, range(10, 30), rtol=1e-9)
    assert sender.log([sent]) == rows(sent.news), "the log says the same"
    assert len(sent.stored) == 20 and not sender.stored


def test_one_alone_goes_as_it_is_and_what_says_nothing_not_at_all() -> None:
    sender = Sender()
    [sent] = sender.parcels.of([sender.unread(5, "lind/car", FORMS[0], b"7")])
    assert sent.payload == b'{"Vehicle.Speed":7.0}' and sent.news is not None
    assert list(sender.parcels.of([sender.unread(6, "lind/car", FORMS[0], b"-")])) == []
    assert sender.stored == [6], "it need not come again"


def test_what_nobody_has_said_before_goes_by_itself() -> None:
    sender = Sender(learned=False)
    sent = list(sender.parcels.of([sender.unread(i, "lind/car", FORMS[0], b"%d" % i) for i in range(1, 10)]))
    assert len(sent) == 9 and all(one.news is None for one in sent)
    assert [value for *_, value in sender.log(sent)] == list(range(1, 10))


@pytest.mark.parametrize("seed", range(30))
def test_a_mixture_stays_in_order(seed: int) -> None:
    chance, sender = Random(seed), Sender()
    waiting: list[Told] = []
    expected: list[tuple[str, str, object]] = []
    stored: list[int] = []
    payloads = [b"1", b"2.5", b"77", b"-1e9", b"?", b"-"]
    for time in range(1, chance.choice([FEW, 30, 200])):
        node, form = chance.choice(NODES), chance.choice(FORMS)
        payload = chance.choices(payloads, [9, 9, 9, 1, 1, 1])[0]
        if chance.random() < 0.1:
            waiting.append(Told(DONE, time, b"{%d}" % time))
        elif chance.random() < 0.2:
            told = Told(subject(node), time, message=Message(node, {SPEED: 3.0}))
            assert told.message
            told.single = sender.codec.ears.one(told.subject, told.message, 0, time)
            waiting.append(told)
            expected.append((node, SPEED, 3.0))
        else:
            waiting.append(sender.unread(time, node, form, payload))
            said = form.message(node, payload)
            if said and (payload, form) != (b"-1e9", FORMS[1]):
                expected += [(node, path, value) for path, value in said.readings.items()]
            if payload != b"-":
                stored.append(time)
    answers = [one.payload for one in waiting if one.subject == DONE]
    sent = list(sender.parcels.of(waiting))
    assert [one.payload for one in sent if not one.is_heard] == answers
    heard = [one for one in sent if one.is_heard]
    assert sent == [*heard, *sent[len(heard) :]], "what became of commands comes last"
    vocabulary = load_vocabulary()
    assert sender.log(heard) == [(node, vocabulary[path].index, value) for node, path, value in expected]
    assert [one.time_ns for one in heard] == sorted({one.time_ns for one in heard}), "each has a time of its own"
    said_nothing = len(sender.stored)
    for one in heard:
        for tell in one.stored:
            tell()
    assert sender.stored[said_nothing:] == stored, "everybody hears of it once"
