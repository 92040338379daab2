"""Stories of a client that sends more than its share."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from tests.bus.test_codec import lind, raw

from homeward.bus.codec import Codec
from homeward.bus.rate import Rate
from homeward.core.vocabulary import Vocabulary


@given(
    st.lists(st.lists(st.tuples(st.sampled_from([b"a", b"b", b"c"]), st.integers(0, 2)), max_size=12), max_size=8),
    st.integers(1, 5),
)
def test_each_topic_has_so_many_a_second_however_they_are_cut_into_stretches(
    stretches: list[list[tuple[bytes, int]]], most: int
) -> None:
    rate, second, used = Rate(most), 100, dict[tuple[bytes, int], int]()
    for stretch in stretches:
        topics, times, expected = [], [], set()
        for i, (topic, later) in enumerate(stretch):
            second += later
            used[topic, second] = used.get((topic, second), 0) + 1
            topics.append(topic)
            times.append(second + 0.5)
            if used[topic, second] > most:
                expected.add(i)
        assert rate.beyond(topics, np.array(times, np.float64)) == expected


def test_what_is_beyond_is_refused_in_words_and_others_are_heard(vocabulary: Vocabulary) -> None:
    codec = Codec(lind(), vocabulary, most_a_second=3)
    speeds = [("homeward/lind/car/readings", b'{"Vehicle.Speed": %d}' % i) for i in range(5)]
    decoded = codec.decode(raw(*speeds, ("homeward/lind/home/readings", b'{"Home.Climate.TargetTemperature": 20}')))
    assert decoded.batch.value.tolist() == [0, 1, 2, 20]
    assert decoded.unfit == 2
    assert "more than 3 messages a second" in decoded.faults[0].error
