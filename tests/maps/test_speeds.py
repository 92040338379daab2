"""A plain feed of speeds: what it tells, what is left out, and that garbage counts for nothing."""

from contextlib import suppress
from math import isnan

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from homeward.core.signal import Refused
from homeward.maps.speeds import read_speeds

FEED = b"""id,lat,lon,to_lat,to_lon,speed_kmh,road,until
a1,60.17,24.93,60.18,24.94,18,Mannerheimintie,
a2,60.20,24.93,,,closed,,2000
a3,60.21,24.93,,,40,,900
a4,95,24.93,,,40,,
a5,60.21,24.93,,,-3,,
"""


def test_rows_become_stretches_and_what_cannot_be_is_counted() -> None:
    events, left_out = read_speeds(FEED, 1000.0)
    slow, closed = events
    assert (slow.id, slow.line, slow.speed_kmh, slow.road, slow.one_way) == (
        "a1", ((60.17, 24.93), (60.18, 24.94)), 18.0, "Mannerheimintie", True,
    )  # fmt: skip
    assert closed.closed and closed.until == 2000.0 and not closed.one_way
    assert left_out == {"a place that is not on Earth": 1, "a speed that no road has": 1}


def test_other_commas_lines_and_json_are_read_alike() -> None:
    told = b"\xef\xbb\xbfLine;Speed_kmh\r\n60.17 24.93; 60.18 24.94;5\r\n"
    with pytest.raises(Refused):
        read_speeds(told, 0.0)  # the line's own semicolons part it
    (one,), _ = read_speeds(b"\xef\xbb\xbfLine,Speed_kmh\r\n60.17 24.93; 60.18 24.94,5\r\n", 0.0)
    listed = orjson.dumps([{"line": [[60.17, 24.93], [60.18, 24.94]], "speed_kmh": 5}])
    (same,), _ = read_speeds(listed, 0.0)
    assert one == same and one.id == "row 1"
    (gone,), _ = read_speeds(b"lat\tlon\tspeed_kmh\n60\t24\t0\n", 0.0)
    assert isnan(gone.speed_kmh)


@pytest.mark.parametrize(
    "data", [b"", b"what,is\n1,2\n", b"\xff\xfe", b"[1, 2, 3]", b"[{]", b"lat,lon,speed_kmh\nx,y,z\n"]
)
def test_what_is_no_feed_is_refused_in_words(data: bytes) -> None:
    with pytest.raises(Refused):
        read_speeds(data, 0.0)


@given(st.binary(max_size=300))
def test_garbage_raises_nothing_else(data: bytes) -> None:
    for said in (data, b"lat,lon,speed_kmh\n" + data, b"[" + data):
        with suppress(Refused):
            read_speeds(said, 0.0)
