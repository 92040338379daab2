"""A bound on how much one topic may bring in a second, so that no client starves the others."""

from collections import Counter
from itertools import pairwise

import numpy as np

from homeward.core.batch import Floats

MOST_A_SECOND = 50_000
"""Messages a second of one topic: more than any device sends, and half of what two cores take in."""

WITHIN: frozenset[int] = frozenset()


class Rate:
    """Counts messages by topic (bytes) and second of the log, so that what is read again is refused again."""

    def __init__(self, most: int = MOST_A_SECOND) -> None:
        self.most = most
        self.refusal = f"more than {most} messages a second on one topic; this one was not taken in: send fewer at once"
        self._second = 0
        self._used: Counter[bytes] = Counter()
        self._all = 0

    def has_room(self, topic: bytes, second: int) -> bool:
        """Whether one more of that topic is within the bound."""
        return second != self._second or self._used.get(topic, 0) < self.most

    def takes(self, topic: bytes, second: int) -> bool:
        """Whether one more of that topic is within the bound; if so it is counted."""
        used = self._used if second == self._second else self._used_in(second)
        if (count := used.get(topic, 0)) >= self.most:
            return False
        used[topic] = count + 1
        self._all += 1
        return True

    def beyond(self, topics: list[bytes], times: Floats) -> frozenset[int]:
        """Which of a stretch are too many; `times` `(m,)` in seconds never fall."""
        if not topics:
            return WITHIN
        if len(topics) == 1:
            used = self._used_in(int(times[0]))
            used[topics[0]] += 1
            self._all += 1
            return WITHIN if used[topics[0]] <= self.most else frozenset((0,))
        cuts = np.flatnonzero(np.diff(times.astype(np.int64))) + 1
        found: list[int] = []
        for begin, end in pairwise((0, *cuts.tolist(), len(topics))):
            found += self._beyond(topics, begin, end, self._used_in(int(times[begin])))
        return frozenset(found)

    def _used_in(self, second: int) -> Counter[bytes]:
        if second != self._second:
            self._second, self._used, self._all = second, Counter(), 0
        return self._used

    def _beyond(self, topics: list[bytes], begin: int, end: int, used: Counter[bytes]) -> list[int]:
        part = topics[begin:end]
        used.update(part)
        self._all += len(part)
        if self._all <= self.most or max(used.values()) <= self.most:
            return []
        left = {topic: self.most - (used[topic] - n) for topic, n in Counter(part).items() if used[topic] > self.most}
        found = []
        for i, topic in enumerate(part, begin):
            if topic in left:
                left[topic] -= 1
                if left[topic] < 0:
                    found.append(i)
        return found
