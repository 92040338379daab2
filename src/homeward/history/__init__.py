"""Every reading, command and outcome, as columns on disk: stored once, queried fresh, replayed in order."""

from homeward.history.query import Buckets, Logged, Series
from homeward.history.recorder import Recorder
from homeward.history.replay import Message, messages
from homeward.history.store import History
from homeward.history.tables import HistoryError

__all__ = ["Buckets", "History", "HistoryError", "Logged", "Message", "Recorder", "Series", "messages"]
