"""Times as text."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from rtdash.model.moment import iso_texts


@given(st.lists(st.datetimes()))
def test_many_at_once_are_written_as_each_by_itself(moments):
    assert iso_texts(moments) == [moment.isoformat() for moment in moments]
