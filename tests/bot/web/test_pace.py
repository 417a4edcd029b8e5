"""How fast one chat may send."""

from datetime import timedelta

from bot.web.pace import Pace
from tests.bot.web.office import Watch


def test_a_burst_passes_and_then_so_many_a_second() -> None:
    clock = Watch(stopped=True)
    pace = Pace(clock, burst=3, per_second=0.5)

    burst = [pace.wait_s("lan") for _ in range(4)]
    clock.move(timedelta(seconds=1))
    half = pace.wait_s("lan")
    clock.move(timedelta(seconds=1))
    whole = pace.wait_s("lan")

    assert (burst, half, whole) == ([0, 0, 0, 2], 1, 0)


def test_others_are_not_slowed() -> None:
    pace = Pace(Watch(stopped=True), burst=1, per_second=1)
    pace.wait_s("lan")

    assert (pace.wait_s("lan"), pace.wait_s("tu")) == (1, 0)


def test_a_clock_set_back_takes_nothing_away() -> None:
    clock = Watch(stopped=True)
    pace = Pace(clock, burst=2, per_second=1)
    pace.wait_s("lan")

    clock.move(timedelta(hours=-1))

    assert [pace.wait_s("lan"), pace.wait_s("lan")] == [0, 1]
