"""What is wrong with a hub right now, for the pages, the doctor and the log."""

import logging
from dataclasses import dataclass, field

log = logging.getLogger(__name__)


@dataclass(slots=True)
class Trouble:
    """What is wrong, by place; empty when all is well."""

    by_place: dict[str, str] = field(default_factory=dict)

    def say(self, place: str, words: str) -> None:
        """Take note, or ('' for words) that it is mended; told to the log once."""
        if words and self.by_place.get(place) != words:
            log.error("%s: %s", place, words)
        if words:
            self.by_place[place] = words
        elif self.by_place.pop(place, ""):
            log.info("%s works again", place)
