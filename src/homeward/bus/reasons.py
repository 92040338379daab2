"""Why a message was not applied, in words for its sender, with the nearest right name."""

from typing import Any

import orjson

from homeward.bus.faults import Nearest
from homeward.bus.routes import Routes
from homeward.bus.shapes import Bounds, Unfit, Unknown, Unplaced
from homeward.core.nodes import Nodes
from homeward.core.signal import Refused, UnknownSignal
from homeward.core.vocabulary import Vocabulary, encode

Reason = tuple[str, str, str]
"""What was wrong in words, the path it was about, and the nearest right one."""


class Reasons:
    """Finds words for what `decode` met; called only for what senders are told."""

    def __init__(self, nodes: Nodes, vocabulary: Vocabulary, bounds: Bounds, routes: Routes) -> None:
        self._nodes, self._vocabulary, self._bounds, self._routes = nodes, vocabulary, bounds, routes
        self._nearest = Nearest(vocabulary)

    def why(self, error: Exception, subject: bytes, payload: bytes, time: float) -> Reason:
        """Why that message was not applied."""
        match error:
            case Unknown():
                nearest = self._nearest.to(error.path, subject, time)
                hint = f"; did you mean {nearest}?" if nearest else ""
                return f"unknown signal {error.path[:200]}{hint}", error.path, nearest
            case Unplaced():
                return self._routes.why_not(subject)
            case Unfit():
                return self._why_unfit(error, payload)
            case orjson.JSONDecodeError():
                return f"not JSON: {error}", "", ""
            case AttributeError() | TypeError():
                return 'not a JSON object; write one such as {"Vehicle.Speed": 33.2}', "", ""
            case RecursionError():
                return "nested too deeply; a reading is a plain value", "", ""
        return str(error)[:500], "", ""

    def _why_unfit(self, error: Unfit, payload: bytes) -> Reason:
        said: dict[str, Any] = orjson.loads(payload)
        said.pop("at", None)
        said.pop("id", None)
        for (path, value), index in zip(said.items(), error.shape.signal.tolist(), strict=True):
            signal = self._vocabulary.signals[index]
            if error.misplaced:
                return misplaced(path, self._nodes.names[error.node], self._nodes.kind(error.node).word), path, ""
            if isinstance(value, str) and len(value) > (most := self._bounds.longest_text):
                return f"{path}: text of {len(value)} characters; at most {most} (homeward up --longest-text)", path, ""
            try:
                encode(signal, value)
            except (Refused, UnknownSignal, OverflowError) as refused:
                return str(refused), path, ""
        return "a value does not fit", "", ""


def misplaced(path: str, node: str, kind: str) -> str:
    """What to say of a signal that cannot be of that node."""
    return f"{path[:200]} cannot be of {node}, which is a {kind.lower()}: its signals begin with {kind}."
