"""The table of campaigns: what it says of each, and what it keeps where there is little room."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from rtdash.widgets.drawing import campaigns
from rtdash.widgets.drawing.record import cities, counts, elapsed, is_braked, note, remaining, sign, state
from tests.pilot.samples import AWAITED, BRAKED, MANY, NOW, SPRING, WINTER, ago, campaign
from tests.unit.lines import roles, text

WIDE = 198


def table(*records, chosen=None, cells=WIDE):
    return text(campaigns.draw(records, chosen, cells))


def columns(cells):
    return table(SPRING, cells=cells)[0].split()


def test_a_row_says_it_all_where_there_is_room():
    header, row = table(SPRING | {"ends_at": ago(-408)}, chosen=2)
    assert header.split() == [
        "name", "state", "per", "s", "generated", "acked", "loaded", "raised", "elapsed", "remaining", "cities",
    ]  # fmt: skip
    assert row.split() == [
        "❯", "▶", "spring", "running", "2,004", "of", "2,000", "384,198", "384,190", "384,190", "€2,112,905",
        "00:03:12", "00:06:48", "Amiens", "Brest", "Pau", "Tours",
    ]  # fmt: skip


def test_numbers_stand_below_their_names():
    header, *rows = table(*MANY.records())
    for name in ("per s", "generated", "acked", "raised", "elapsed", "remaining"):
        end = header.index(name) + len(name)
        for row in rows:
            assert row[end - 1] != " ", (name, row)
            assert row[end : end + 2] == "  ", (name, row)


def test_nothing_moves_while_numbers_grow():
    young = SPRING | {"real_rate_per_s": 0, "generated": 0, "acked": 0, "loaded": 0, "raised": Decimal(0)}
    older = SPRING | {"real_rate_per_s": 50_000.0, "rate_per_s": 50_000, "generated": 9_999_999, "acked": 9_999_999}
    assert table(young)[0] == table(SPRING)[0] == table(older)[0]


@pytest.mark.parametrize(
    ("cells", "kept", "gone"),
    [
        (158, {"acked", "cities"}, set()),
        (120, {"generated", "acked", "raised", "elapsed", "remaining"}, {"cities"}),
        (100, {"loaded", "raised", "elapsed", "remaining"}, {"acked", "generated"}),
        (80, {"name", "state", "loaded", "remaining"}, {"generated", "acked"}),
        (60, {"name", "state", "loaded"}, {"raised", "remaining"}),
    ],
)
def test_what_the_presenter_steers_by_stays_where_there_is_little_room(cells, kept, gone):
    shown = set(columns(cells))
    assert kept <= shown
    assert not gone & shown


def test_each_state_has_a_sign_and_a_color_of_its_own():
    seen = [(*sign(record), state(record)[0]) for record in MANY.records()]
    assert seen == [
        ("○", "bar", "planned"), ("▼", "warn", "running"), ("◐", "warn", "stopping"), ("✗", "error", "lost"),
        ("■", "muted", "ended"),
    ]  # fmt: skip
    assert sign(SPRING) == ("▶", "good")
    assert sign(SPRING | {"state": "odd"}) == ("?", "muted")


def test_the_chosen_campaign_has_a_sign_and_a_color():
    header, first, second = campaigns.draw([SPRING, WINTER], 1, WIDE)
    assert "❯" not in text([header, first])[0] + text([header, first])[1]
    assert text([second])[0].startswith(" ❯ ■  winter")
    assert (roles(first)["spring"], roles(second)["winter"]) == ("strong", "accent")


@pytest.mark.parametrize("of", ["planned", "running", "stopping"])
def test_a_runner_that_says_nothing_is_silent(of):
    record = campaign(1, "a", of, heartbeat_age_s=3.4)
    assert (sign(record), state(record), note(record)) == (
        ("✗", "error"),
        ("silent", "error"),
        ("silent 3.4 s", "error"),
    )
    assert state(record | {"heartbeat_age_s": 1.9})[0] == of


def test_only_a_campaign_that_runs_or_stops_is_braked():
    assert [is_braked(campaign(1, "a", each, note=BRAKED)) for each in ("running", "stopping", "ended")] == [
        True,
        True,
        False,
    ]
    assert not is_braked(campaign(1, "a", "stopping", note=AWAITED))


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({}, ("", "warn")),
        ({"note": BRAKED}, (BRAKED, "warn")),
        ({"note": AWAITED, "unknown": 1_000}, (f"1,000 unknown, {AWAITED}", "warn")),
        ({"failed": 3}, ("3 failed", "error")),
        ({"state": "lost", "unknown": 7}, ("7 unknown", "warn")),
        ({"state": "ended", "note": "no more"}, ("no more", "muted")),
    ],
)
def test_what_went_astray_is_said_before_what_the_runner_says(changes, said):
    assert note(campaign(1, "a", "running") | changes) == said


def test_a_wanted_rate_without_bound_reads_max():
    (_, row) = table(SPRING | {"rate_per_s": 1_000_000_000, "real_rate_per_s": 112_345.6})
    assert "112,346 of max" in row


# ── counters of different ages ────────────────────────────────────────────────────────────────────────────────────────


def seen(**changes):
    counted = counts(SPRING | changes)
    return counted.generated, counted.acked, counted.loaded


def test_what_is_loaded_was_generated_and_acknowledged_whatever_the_runner_has_said_so_far():
    assert seen(generated=100, acked=90, loaded=95) == (100, 95, 95)
    assert seen(generated=100, acked=90, loaded=120) == (120, 120, 120)
    assert seen(generated=100, acked=90, unknown=10, loaded=98) == (100, 90, 98)
    assert seen(state="lost", generated=100, acked=90, loaded=120) == (120, 120, 120)


def test_final_counts_are_shown_as_they_are():
    assert seen(state="ended", generated=100, acked=100, loaded=101) == (100, 100, 101)


def test_settled_is_what_is_over_and_loaded():
    assert counts(WINTER).is_settled
    assert not counts(WINTER | {"loaded": 59_999}).is_settled
    assert not counts(SPRING).is_settled
    assert not counts(campaign(1, "never begun", "ended")).is_settled
    assert "60,000 =" in table(WINTER)[1]


# ── time ──────────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({}, "–"),
        ({"ends_at": ago(-408)}, "00:06:48"),
        ({"ends_at": ago(3)}, "00:00:00"),
        ({"wanted": 1_000_000}, "615,802 left"),
        ({"wanted": 384_000}, "0 left"),
        ({"wanted": 1_000_000, "ends_at": ago(-408)}, "00:06:48"),
        ({"state": "planned", "starts_at": ago(-25), "ends_at": ago(-85)}, "in 00:00:25"),
        ({"state": "planned", "starts_at": ago(1)}, "in 00:00:00"),
        ({"state": "planned"}, "–"),
        ({"state": "stopping", "ends_at": ago(-408)}, "–"),
        ({"state": "ended", "ends_at": ago(-408)}, "–"),
    ],
)
def test_remaining(changes, said):
    assert remaining(SPRING | changes) == said


def test_elapsed_stands_still_at_the_end_and_is_nothing_before_the_start():
    assert elapsed(SPRING) == "00:03:12"
    assert elapsed(WINTER) == elapsed(WINTER | {"server_now": NOW + timedelta(days=1)}) == "00:05:00"
    assert elapsed(campaign(1, "a", "planned", starts_at=ago(-25))) == "–"


# ── text of others ────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("names", "said"),
    [
        ('["Amiens", "Brest", "Pau", "Tours"]', "Amiens Brest Pau Tours"),
        ('["Clermont-Ferrand", "La Rochelle", "Versailles", "Pau"]', "Clermont-Ferrand La Rochelle +2"),
        ('["' + "x" * 40 + '", "Pau"]', "x" * 35 + "…"),
        ("[]", ""),
        ('"Pau"', "Pau"),
        ("not JSON", "not JSON"),
        ('["\\u001b[2J"]', "·[2J"),
    ],
)
def test_cities(names, said):
    assert cities(SPRING | {"cities": names}) == said


def test_a_long_name_leaves_the_numbers_their_room():
    assert "a name that…" in table(SPRING | {"name": "a name that goes on and on"}, cells=120)[1]
    assert "東京タワー …" in table(SPRING | {"name": "東京タワー" * 9}, cells=120)[1]
    assert "acked" in table(SPRING | {"name": "x" * 80}, cells=120)[0]
