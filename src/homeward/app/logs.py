"""How a hub logs: a line for people or one JSON object a line for programs, to standard error, never with a secret."""

import logging
import re
import sys
from datetime import UTC, datetime
from typing import Any

import orjson

HIDDEN = "(secret)"
NAMED = r"(?:password|passwd|passphrase|secret|token|api[_-]?key)"
SECRETS = (
    re.compile(rf"""({NAMED}["']?\s*[:=]\s*)("[^"]*"|'[^']*'|[^\s,;}}\]]+)""", re.IGNORECASE),
    re.compile(r"(Bearer )([\w.~+/=-]+)", re.IGNORECASE),
    re.compile(r"(\w+://[^\s/:@]*:)([^\s/@]+)(?=@)"),
)
"""What looks like a secret in text: what names one in front, what is kept from the log behind."""


def without_secrets(text: str) -> str:
    """The text with everything that looks like a password or token hidden: our own lines never hold one, others' may.

    >>> without_secrets("cannot connect to mqtt://ada:hunter2@broker, password='hunter2'")
    'cannot connect to mqtt://ada:(secret)@broker, password=(secret)'
    """
    for pattern in SECRETS:
        text = pattern.sub(rf"\1{HIDDEN}", text)
    return text


class Lines(logging.Formatter):
    """For people: time, level, where, and what is said."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s: %(message)s")

    def format(self, record: logging.LogRecord) -> str:
        """The record as text."""
        return without_secrets(super().format(record))


class Objects(logging.Formatter):
    """For programs: `{"at", "level", "where", "said"}` and, where something raised, its `trace`."""

    def format(self, record: logging.LogRecord) -> str:
        """The record as one line of JSON."""
        told: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "where": record.name,
            "said": without_secrets(record.getMessage()),
        }
        if record.exc_info:
            told["trace"] = without_secrets(self.formatException(record.exc_info))
        return orjson.dumps(told, default=str).decode()


def set_up_logging(verbose: bool, as_json: bool = False) -> None:
    """Log to standard error from now on: warnings, or everything of ours if `verbose`."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(Objects() if as_json else Lines())
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)
    logging.getLogger("homeward").setLevel(logging.INFO if verbose else logging.WARNING)
