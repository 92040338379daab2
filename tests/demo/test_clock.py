"""The demo's clock runs at any speed, and every moment of ours keeps its simulated one."""

from homeward.demo.clock import DemoClock


class Hand:
    """A wall clock moved by hand."""

    def __init__(self) -> None:
        self.time = 100.0

    def __call__(self) -> float:
        return self.time


def test_it_runs_faster_than_ours() -> None:
    wall = Hand()
    clock = DemoClock(5000.0, 60.0, wall)
    wall.time += 2.0
    assert clock.now() == 5120.0 and clock.of(101.0) == 5060.0


def test_a_change_of_speed_moves_no_earlier_moment() -> None:
    wall = Hand()
    clock = DemoClock(5000.0, 60.0, wall)
    wall.time += 10.0
    clock.speed = 120.0
    wall.time += 10.0
    assert clock.now() == 5000.0 + 600.0 + 1200.0
    assert clock.of(105.0) == 5300.0 and clock.of(99.0) == 5000.0
    assert [clock.wall(clock.of(at)) for at in (100.0, 105.0, 112.5, 120.0)] == [100.0, 105.0, 112.5, 120.0]
