"""What the messages of the log say: of one that comes alone by the shortest way there is for it, of others together."""

import logging
from collections.abc import Iterator
from typing import NamedTuple

from homeward.app.trouble import Trouble
from homeward.bus.codec import Codec
from homeward.bus.course import LEFT, Course
from homeward.bus.decoded import Decoded
from homeward.bus.reader import Messages
from homeward.connectors.mqtt.door import Door
from homeward.core.batch import Single
from homeward.core.circle import Circle
from homeward.core.decide import Fired

log = logging.getLogger(__name__)
MOST_TOPICS = 100_000


class Learned(NamedTuple):
    """A message that the twin has learned, and whom it calls; None if it needs a closer look, and is not learned."""

    one: Single
    fired: list[Fired] | None


class Understanding:
    """Understands homeward's own topics, and foreign ones by the templates of the hub's own door."""

    def __init__(self, door: Door, codec: Codec, circle: Circle, trouble: Trouble) -> None:
        self._door, self._codec, self._circle, self._trouble = door, codec, circle, trouble
        self._singles = codec.singles
        self._courses: dict[bytes, Course] = {}
        self._uses = door.changes

    def learn(self, messages: Messages) -> Learned | None:
        """Learn a message by itself on its topic's course; None, and nothing has changed, if it has or fits none.

        A foreign topic has one as long as templates stay as they are.
        """
        if self._uses != self._door.changes or len(self._courses) > MOST_TOPICS:
            self._courses, self._uses = {}, self._door.changes
        subject = messages.subjects[0]
        course = self._courses.get(subject) or self._course(subject)
        if course is None:
            return None
        try:
            count = self._singles.learned(course, messages.payloads[0], messages.times_ns[0], self._circle.quick.laid())
        except Exception:  # a fault of ours: the message is heard the other way
            log.exception("%s could not be learned on its course", course.topic.decode())
            return None
        if count == LEFT:
            return None
        self._door.count_one()
        return Learned(self._singles.last(course), self._circle.quick.called(count, course.node))

    def _course(self, subject: bytes) -> Course | None:
        found = self._door.straight(subject)
        if found is None or (course := self._singles.course(*found)) is None:
            return None
        self._courses[subject] = course
        return course

    def read(self, messages: Messages) -> Single | None:
        """A message by itself in plain numbers; None where more is to be done for it."""
        try:
            if foreign := self._door.alone(messages):
                return self._singles.translated(*foreign, messages.times_ns[0])
            return self._singles.read(messages)
        except Exception:  # a fault of ours, which `decode` will meet again
            return None

    def decode(self, messages: Messages) -> Iterator[Decoded]:
        """All that messages say, in order.

        Where a fault of ours stands in the way they go one by one, and what is at fault is left out.
        """
        decoded = self._decoded(messages)
        if decoded is not None:
            for fault in decoded.faults:
                log.info("%s: %s", fault.subject, fault.error)
            yield decoded
        elif len(messages) > 1:
            for one in messages.each():
                yield from self.decode(one)

    def _decoded(self, messages: Messages) -> Decoded | None:
        try:
            with self._codec.resends.all_or_none():
                return self._codec.decode(self._door.rewrite(messages))
        except Exception as problem:
            if len(messages) == 1:
                which = f"message {messages.sequences[0]} ({messages.subjects[0].decode(errors='replace')[:200]})"
                log.exception("%s could not be read", which)
                words = f"{which} could not be read and was left out: {problem!r}; please report this"
                self._trouble.say("messages", words)
            return None
