"""Payload bytes of a whole micro-batch straight into columns; what does not fit becomes a fault, never an exception.

One parse a message, then everything at once: a message's keys are its *shape*, and what they mean (indices, types,
bounds) is worked out once for each shape. Values are gathered in one flat list and checked as arrays. A message is
applied whole or not at all.
"""

import json
from dataclasses import replace
from math import nan
from operator import itemgetter
from typing import Any
from zlib import crc32

import numpy as np
import orjson

from homeward.bus.alike import Alike
from homeward.bus.bundle import Bundles
from homeward.bus.columns import Unpacker, first_time
from homeward.bus.decoded import NOWHERE, Decoded, Work
from homeward.bus.faults import Allowance, Fault
from homeward.bus.hearing import Ears
from homeward.bus.rate import MOST_A_SECOND, Rate
from homeward.bus.reader import Messages
from homeward.bus.reasons import Reasons, misplaced
from homeward.bus.resends import Resends, checked_id
from homeward.bus.routes import ASKED, BUNDLE, COLUMNS, FOREIGN, HEARD, OURS, OUTCOMES, TOLD, Routes
from homeward.bus.shapes import Bounds, Shape, Shapes, Unfit, Unknown, Unplaced
from homeward.bus.single import Singles
from homeward.bus.speech import read_outcome, read_wish, said_id, wish_id
from homeward.bus.stretches import in_order, joined, without
from homeward.core.batch import Batch, Floats, Integers, trusted
from homeward.core.nodes import Nodes
from homeward.core.signal import Refused
from homeward.core.vocabulary import MAX_TEXT, Vocabulary


class Codec:
    """Turns raw messages into columns and faults; more than `most_a_second` of one topic are faults too.

    Gateways of `operators` (households) may speak for any household.
    """

    def __init__(
        self,
        nodes: Nodes,
        vocabulary: Vocabulary,
        operators: frozenset[str] = frozenset(),
        most_a_second: int = MOST_A_SECOND,
        longest_text: int = MAX_TEXT,
    ) -> None:
        self._nodes, self._vocabulary = nodes, vocabulary
        self._routes = Routes(nodes)
        self._bounds = Bounds(vocabulary, longest_text)
        self._shapes = Shapes(vocabulary, self._bounds)
        self._unpacker = Unpacker(nodes, vocabulary, self._bounds, self._shapes, operators)
        self.resends = Resends()
        self._alike = Alike(nodes, self._bounds)
        self.bundles = Bundles(nodes, vocabulary, self._shapes, self.resends)
        self._reasons = Reasons(nodes, vocabulary, self._bounds, self._routes)
        self._told = Allowance(each=20, all=200)
        self._rate = Rate(most_a_second)
        told = Rate(most_a_second)
        self.ears = Ears(nodes, self._routes, self._shapes, self._bounds, self.resends, told)
        self.singles = Singles(nodes, self._routes, self._shapes, self.resends, self._rate)

    def decode(self, messages: Messages) -> Decoded:
        """Everything a stretch of the log says, in order. Never raises for what a payload or a topic holds."""
        decoded = Decoded(Batch.empty(), NOWHERE)
        work = Work(messages, self._times(messages), decoded)
        self._gather(work)
        self._flush(work, len(messages))
        self._fault(work)
        batch = work.parts[0] if len(work.parts) == 1 else joined(work.parts)
        if work.has_bundles:
            batch = replace(batch, time=np.maximum.accumulate(batch.time))
        decoded.batch = replace(batch, outcomes=tuple(work.outcomes)) if work.outcomes else batch
        decoded.sequences = work.places[0] if len(work.places) == 1 else np.concatenate([NOWHERE, *work.places])
        return decoded

    def _gather(self, work: Work) -> None:
        """Take every message apart that was not read with others. Nothing is done here that can be done at once."""
        shapes, again = self._shapes.known, self.resends.again
        payloads, times_ns, understood = work.messages.payloads, work.messages.times_ns, work.messages.understood
        beyond = self._rate.beyond(work.messages.subjects, work.times)
        routes = self._routes.of(work.messages.subjects)
        work.together = self._alike.read(work.messages, routes, beyond)
        timed = work.together.times
        for i in work.together.rest:
            payload, (leaf, node) = payloads[i], routes[i]
            if leaf == OURS:
                continue
            if timed and i in timed:
                if again(node, timed[i], crc32(payload), times_ns[i]):
                    work.together.resent.append(i)
                continue
            if understood and i in understood:
                work.has_bundles = True
                self._add(work, i, understood[i])
                continue
            try:
                if beyond and i in beyond:
                    raise Refused(self._rate.refusal)
                if leaf > TOLD or node < 0:
                    self._other(work, i, leaf, node)
                    continue
                said = orjson.loads(payload)
                at = said.pop("at", nan)
                shape = shapes.get(tuple(said))
                if shape is None or type(at) is not float or payload.count(b":") > len(said) + (at == at):
                    shape, at, resent = self._with_care(payload, node, said, at, times_ns[i], leaf == TOLD)
                else:
                    resent = at == at and again(node, at, crc32(payload), times_ns[i])
                if resent:
                    work.decoded.resent += 1
                    continue
            except (ValueError, TypeError, AttributeError, Unknown, RecursionError) as error:
                work.unfit.append((i, error))
                continue
            work.gather(i, node, at if leaf != HEARD or at == at else times_ns[i] / 1e9, shape, said.values())

    def _with_care(
        self, payload: bytes, node: int, said: Any, at: Any, time_ns: int, told: bool
    ) -> tuple[Shape, float, bool]:
        """The same for what is not seen every day: an id, a new shape, a whole `at`, a colon too many; is it resent?"""
        if type(at) is not float:
            if isinstance(at, bool) or not isinstance(at, int):
                raise Refused(f"at: {str(at)[:60]!r} is not a time; write seconds since 1970 (UTC) as a number")
            at = float(at)
        json.loads(payload, object_pairs_hook=_once)
        id = checked_id(said.pop("id")) if "id" in said else ""
        shape = self._shapes.known.get(tuple(said)) or self._shapes.learn(tuple(said), told)
        if id:
            return shape, at, self.resends.again_by_id(node, id, time_ns)
        return shape, at, at == at and self.resends.again(node, at, crc32(payload), time_ns)

    def _other(self, work: Work, i: int, leaf: int, node: int) -> None:
        """What is not a reading of a known node."""
        messages, payload, time = work.messages, work.messages.payloads[i], float(work.times[i])
        if leaf == FOREIGN:
            work.decoded.foreign.append(messages.subjects[i], payload, messages.times_ns[i], messages.sequences[i])
        elif node < 0:
            raise Unplaced
        elif leaf == ASKED:
            name = self._nodes.names[node]
            wish = read_wish(name, payload, time, wish_id(name, messages.sequences[i]))
            signal = self._vocabulary.by_path.get(self._vocabulary.renamed.get(wish.path, wish.path))
            if signal is None:
                raise Unknown(wish.path)
            if signal.kind is not self._nodes.kind(node):
                raise Refused(misplaced(signal.path, name, self._nodes.kind(node).word))
            if (id := said_id(payload)) and self.resends.again_by_id(node, f"{wish.by} {id}", messages.times_ns[i]):
                work.decoded.resent += 1
                return
            # Whether its value fits is for settling to say, where the asker hears of it.
            work.decoded.wishes.append(wish)
        elif leaf == OUTCOMES:
            work.outcomes.append(read_outcome(self._nodes.names[node], payload, time))
            work.decoded.answered.append(messages.sequences[i])
        elif leaf == COLUMNS:
            packed = self._unpacker.unpack(self._nodes.names[node], payload, time)
            if (at := first_time(payload)) == at and self.resends.again(node, at, crc32(payload), messages.times_ns[i]):
                work.decoded.resent += 1
                return
            self._add(work, i, packed)
        elif leaf == BUNDLE:
            batch, resent, unread = self.bundles.unpack(payload, messages.times_ns[i])
            work.decoded.resent += resent
            work.decoded.unfit += unread
            work.has_bundles = True
            self._add(work, i, batch)

    def _add(self, work: Work, i: int, batch: Batch) -> None:
        """Put what a message says as columns in its place."""
        self._flush(work, i)
        work.parts.append(batch)
        work.places.append(np.full(len(batch), work.messages.sequences[i], np.int64))

    def _times(self, messages: Messages) -> Floats:
        """Stream times `(m,)` in seconds, which never fall, whatever the server's clock did."""
        times = np.maximum.accumulate(np.maximum(np.array(messages.times_ns, np.float64) / 1e9, self.singles.latest))
        self.singles.latest = float(times[-1]) if len(times) else self.singles.latest
        return times

    def _flush(self, work: Work, end: int) -> None:
        """Put what was read of the messages before `end` into columns."""
        parts = [self._columns(work)] if work.node else []
        parts += work.together.columns(work.begun, end, work.times)
        work.begun = end
        if parts:
            batch, source = in_order(parts)
            work.parts.append(batch)
            work.places.append(np.array(work.messages.sequences, np.int64)[source])

    def _columns(self, work: Work) -> tuple[Batch, Integers]:
        """The gathered readings, without the messages that have something unfit in them, and the messages' places."""
        node, source = np.array(work.node, np.int64), np.array(work.source, np.int64)
        size = np.array([shape.size for shape in work.shape], np.int64)
        starts = np.concatenate(([0], np.cumsum(size)))
        signal = np.concatenate([shape.signal for shape in work.shape])
        value, unfit, texts = self._bounds.check(work.said, signal)
        misplaced = np.array([shape.kind for shape in work.shape], np.int8) != self._nodes.kinds_of(node)
        bad = np.logical_or.reduceat(unfit, starts[:-1]) | misplaced
        time = work.times[source]
        batch = Batch(node, time, trusted(np.array(work.at, np.float64), time), starts, signal, value, texts)
        for k in np.flatnonzero(bad).tolist():
            work.unfit.append((int(source[k]), Unfit(work.shape[k], int(node[k]), bool(misplaced[k]))))
        self._alike.expect(
            node[~bad], [shape for shape, unfit in zip(work.shape, bad.tolist(), strict=True) if not unfit]
        )
        for column in (work.node, work.at, work.shape, work.source, work.said):
            column.clear()
        return (without(batch, bad) if bad.any() else batch), source[~bad]

    def _fault(self, work: Work) -> None:
        """Count what was not applied; say why, in the log's order, to who has not been told too much that second."""
        work.decoded.resent += len(work.together.resent)
        work.decoded.unfit += len(work.unfit)
        for i, error in sorted(work.unfit, key=itemgetter(0)):
            subject, payload, time = work.messages.subjects[i], work.messages.payloads[i], float(work.times[i])
            if not self._told.take(subject, time):
                continue
            text, path, nearest = self._reasons.why(error, subject, payload, time)
            if subject.endswith(b".asked"):
                payload = payload.partition(b"\n")[2]
            fault = Fault(subject.decode(errors="replace"), time, text, path[:200], nearest, payload)
            work.decoded.faults.append(fault)
        work.unfit.clear()  # an error holds the frame that raised it, which holds all this


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    said = dict(pairs)
    if len(said) < len(pairs):
        seen: set[str] = set()
        twice = next(key for key, _ in pairs if key in seen or seen.add(key))  # type: ignore[func-returns-value]
        raise Refused(f"{twice[:200]} is there twice; say it once")
    return said
