"""What may be typed for a rate, a time and a number."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rtdash.model import typed
from rtdash.model.campaign import AS_FAST_AS_IT_CAN, LONGEST_S, MOST_DONATIONS, CampaignPlan
from rtdash.model.transaction_id import SEQUENCE_BITS


@pytest.mark.parametrize(
    ("text", "rate_per_s"),
    [("1", 1), ("2000", 2000), ("50,000", 50_000), ("10 000", 10_000), ("storm", 50_000), ("max", AS_FAST_AS_IT_CAN)],
)
def test_rates(text, rate_per_s):
    assert typed.rate_per_s(text) == rate_per_s


@pytest.mark.parametrize(
    ("text", "value_s"), [("90", 90), ("90s", 90), ("90 s", 90), ("5m", 300), ("1h", 3600), ("1.5h", 5400), ("0", 0)]
)
def test_times(text, value_s):
    assert typed.seconds(text) == value_s


@pytest.mark.parametrize(
    ("text", "bytes_per_s"),
    [("8kB", 8000), ("8 kB/s", 8000), ("8000", 8000), ("1kb", 1000), ("1.5MB", 1_500_000), ("2500B/s", 2500)],
)
def test_bytes(text, bytes_per_s):
    assert typed.bytes_per_s(text) == bytes_per_s


@pytest.mark.parametrize(
    ("read", "text", "said"),
    [
        (typed.bytes_per_s, "", "nothing: allowed: 1kB … 10MB a second, or as many bytes"),
        (typed.bytes_per_s, "999", "'999': allowed: 1kB … 10MB a second, or as many bytes"),
        (typed.bytes_per_s, "8 kbit", "'8 kbit': allowed: 1kB … 10MB a second, or as many bytes"),
        (typed.bytes_per_s, "11MB", "'11MB': allowed: 1kB … 10MB a second, or as many bytes"),
        (typed.rate_per_s, "", "nothing: allowed: 1 … 50,000 a second, or max"),
        (typed.rate_per_s, "0", "'0': allowed: 1 … 50,000 a second, or max"),
        (typed.rate_per_s, "-5", "'-5': allowed: 1 … 50,000 a second, or max"),
        (typed.rate_per_s, "50001", "'50001': allowed: 1 … 50,000 a second, or max"),
        (typed.rate_per_s, "2.5", "'2.5': allowed: 1 … 50,000 a second, or max"),
        (typed.donations, "many", "'many': allowed: 1 … 4,294,967,295 donations"),
        (typed.donations, "1" + "0" * 99, "'10000000000…': allowed: 1 … 4,294,967,295 donations"),
        (typed.seconds, "5x", "'5x': allowed: 90, 90s, 5m or 1h, at most a year"),
        (typed.seconds, "9000h", "'9000h': allowed: 90, 90s, 5m or 1h, at most a year"),
        (typed.seconds, "nan", "'nan': allowed: 90, 90s, 5m or 1h, at most a year"),
        (typed.seconds, "-1", "'-1': allowed: 90, 90s, 5m or 1h, at most a year"),
        (typed.seconds, "\x1b[2J", "'·[2J': allowed: 90, 90s, 5m or 1h, at most a year"),
    ],
)
def test_anything_else_is_refused_with_what_is_allowed(read, text, said):
    with pytest.raises(ValueError) as refused:
        read(text)
    assert str(refused.value) == said


def test_every_donation_that_may_be_asked_for_has_an_id():
    most = (1 << SEQUENCE_BITS) - 1
    assert most == MOST_DONATIONS
    assert typed.donations(f"{most:,}") == most


def test_what_may_be_typed_makes_a_plan():
    CampaignPlan(count=MOST_DONATIONS, duration_s=typed.seconds("8760h"), delay_s=LONGEST_S)


@given(st.integers(1, 50_000) | st.just(AS_FAST_AS_IT_CAN))
def test_a_rate_is_read_as_it_is_shown(rate_per_s):
    assert typed.rate_per_s(typed.shown_rate(rate_per_s)) == rate_per_s


@given(st.integers(0, 365 * 24 * 3600) | st.sampled_from([0.5, 90.25, 5400.0]))
def test_a_time_is_read_as_it_is_shown(value_s):
    assert typed.seconds(typed.shown_seconds(value_s)) == value_s
    assert typed.shown_seconds(300) == "5m"
    assert typed.shown_seconds(5400) == "90m"
