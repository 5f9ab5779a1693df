"""The colours of the default theme are those that it names."""

from __future__ import annotations

from rtdash.screens.theme import RTDASH_DARK


def test_what_is_slow_and_the_second_series_are_drawn_with_one_pen():
    drawn = RTDASH_DARK.to_color_system().generate() | RTDASH_DARK.variables
    assert drawn["warning"] == drawn["series-2"] == RTDASH_DARK.warning
    assert drawn["primary"] == drawn["series-1"]
    assert drawn["success"] == drawn["series-3"]
    assert drawn["secondary"] == drawn["series-4"]
