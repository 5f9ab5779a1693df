"""The lab's report, line by line: bars for a glance, the table, and what it rests on."""

from __future__ import annotations

import unicodedata
from dataclasses import replace

import pytest
from rich.cells import cell_len

from rtdash.model.lab import Cell, LabReport, Phase, Ratio, Subject
from rtdash.widgets.drawing import lab, lab_bars, lab_figures, lab_table
from tests.unit import lab_reports
from tests.unit.lab_reports import EMPTY, SUBJECTS, clickstream, done, filling, measuring
from tests.unit.lines import roles, text

HOSTILE = "\x1b[2J\x1b]0;pwned\x07 a\tb\r東京タワー\u202eabc " + "x" * 300
SIZES = [(78, 21), (118, 33), (198, 47)]


def changed(report: LabReport, query: str, subject: str, **values: object) -> LabReport:
    """The report with another cell."""
    cells = tuple(
        replace(cell, **values) if (cell.query, cell.subject) == (query, subject) else cell for cell in report.cells
    )
    return replace(report, cells=cells)


# ── figures ───────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (0.3, "0.30"),
        (0.994, "0.99"),
        (0.996, "1.0"),
        (9.94, "9.9"),
        (9.96, "10"),
        (1234.0, "1234"),
        (56_789.0, "56.8k"),
    ],
)
def test_a_ratio_takes_five_cells_at_most(value, said):
    assert lab_figures.factor(value) == said
    assert len(said) <= 5


def test_a_ratio_says_what_its_interval_supports():
    assert lab_figures.times(Ratio(1.3, 1.1, 1.5, 0.98, 7)) == ("1.3×", "good")
    assert lab_figures.times(Ratio(0.8, 0.7, 0.9, 0.98, 7)) == ("0.80×", "warn")
    assert lab_figures.times(Ratio(1.3, 0.9, 1.5, 0.98, 7)) == ("≈1.3×", "muted")
    assert lab_figures.times(Ratio(0.39, 0.13, 1.6, 0.98, 7)) == ("≈0.4×", "muted")
    assert lab_figures.times(None) == lab_figures.NONE


def test_a_typical_query_is_not_known_before_all_were_asked():
    subject = SUBJECTS[0]
    assert lab_figures.typical_ms(EMPTY, subject) is None
    assert lab_figures.typical_ms(measuring(1), subject) == pytest.approx(901, abs=1)
    assert lab_figures.typical_ms(changed(measuring(1), "03", "baseline", p50_ms=None), subject) is None
    # What takes no time that could be measured is no error.
    assert lab_figures.typical_ms(changed(measuring(1), "03", "baseline", p50_ms=0.0), subject) > 0


# ── bars ──────────────────────────────────────────────────────────────────────────────────────────────────────────────


def blocks(line: str) -> int:
    return sum(line.count(block) for block in "█▉▊▋▌▍▎▏")


def test_bars_have_one_scale_and_none_is_too_short_to_be_seen():
    lines = text(lab_bars.small(done(), 118))
    assert blocks(lines[0]) > 2 * blocks(lines[1]) > 2 * blocks(lines[3])
    assert blocks(lines[4]) == 1, "0.8 ms beside 901"
    assert "┊" in lines[4], "where the threshold lies"
    assert "┊" not in lines[0]


def test_what_is_over_the_threshold_is_flagged_by_sign_and_colour():
    first, *_, last = lab_bars.small(done(), 118)
    assert roles(first)["▲ 7 of 7"] == "warn"
    assert roles(last)["● 0 of 7"] == "good"
    drawn = {role: part for part, role in first if "█" in part}
    assert set(drawn) == {"bar", "warn"}
    # 200 of 901 ms.
    assert len(drawn["bar"]) / len(drawn["bar"] + drawn["warn"]) == pytest.approx(200 / 901, abs=0.02)


def test_while_it_is_filled_the_bars_are_rows_a_second():
    lines = text(lab_bars.small(filling(), 118))
    assert "214,000 rows/s  1,200,000 rows" in lines[0]
    assert blocks(lines[0]) > 3 * blocks(lines[1])
    waiting = replace(filling(), subjects=tuple(replace(each, fill_rows_per_s=None) for each in SUBJECTS))
    assert "– rows/s" in text(lab_bars.small(waiting, 118))[0]


def test_a_query_that_was_given_up_makes_its_bar_no_length():
    # Of the first two executions there are figures, of the third none.
    report = changed(done(), "03", "indexed", count=2, error="no answer within 60 s")
    line = lab_bars.small(report, 118)[1]
    assert roles(line)["✗ 1 given up"] == "error"
    assert roles(line)["– ms"] == "strong"
    assert any(role == "error" and set(part) == {"░"} for part, role in line)
    assert "indexed, 03: no answer within 60 s" in " ".join(text(lab.problems(report, 118)))
    assert "✗" in text(lab_table.draw(report, 118))[7]


def test_for_the_back_of_the_room_digits_have_three_rows():
    lines = text(lab_bars.tall(done(), 198))
    assert len(lines) == 4 * len(SUBJECTS) - 1
    assert "▄" in lines[0]
    assert "█" in lines[1]
    assert "▀" in lines[2]
    assert [line.split()[1] for line in lines[1::4]] == [each.name for each in SUBJECTS]


# ── table ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_where_there_is_room_a_cell_has_all_of_its_figures():
    lines = text(lab_table.draw(done(), 198))
    assert lines[0].split() == [each.name for each in SUBJECTS]
    assert lines[1].split()[:3] == ["p50", "p95", "over"]
    assert lines[2].split()[:4] == ["times", "interval", "rows", "read"]
    assert lines[3].split()[:7] == ["Donations", "702", "▲842", "21", "380", "▲456", "21"]
    assert lines[4].split() == ["3.0M", "1.8×", "1.7…1.9", "3.0M", "≈1.0×", "0.96…1.1", "3.0M", "≈1.0×", "0.95…1.1",
                                "3.0M", "1170×", "1100…1228", "20"]  # fmt: skip


def test_in_less_room_p95_and_its_ratio_stay():
    assert text(lab_table.draw(done(), 118, is_tall=False))[1].split()[:3] == ["p50", "p95", "times"]
    lines = text(lab_table.draw(done(), 78))
    assert lines[1].split()[:2] == ["p95", "times"]
    assert lines[2].split() == ["Donations", "▲842", "▲456", "1.8×", "▲826", "≈1.0×", "▲834", "≈1.0×", "0.7", "1170×"]
    assert text(lab_table.draw(done(), 50))[1].split() == ["p95"] * 5


def test_of_what_figures_leave_titles_take_what_they_need():
    longest = "Top devices, 30 min, one customer"
    report = replace(clickstream(), queries=(*clickstream().queries[:2], ("12", longest)))
    lines = text(lab_table.draw(report, 118))
    assert lines[2].split() == ["times", "interval"] * 3, "nobody counts the rows that PostgreSQL reads"
    assert lines[-2].startswith(f" {longest} ")
    assert text(lab_table.draw(report, 78))[-2].startswith(" Top devices, 30 min, …")


def test_costs_stand_below_as_far_as_they_are_known():
    lines = [line.split() for line in text(lab_table.costs(done(), 198))]
    assert [line[0] for line in lines] == ["rows", "filled,", "ingest,", "campaign", "rows"]
    assert lines[2][2:] == ["41,200", "12,300", "33,900", "40,100", "36,800"]
    assert lines[3][2:] == ["▲9412", "ms", "▲30150", "ms", "▲8950", "ms", "▲9206", "ms", "2.1", "ms"]
    assert [line.split()[0] for line in text(lab_table.costs(measuring(), 198))] == ["rows", "filled,"]
    assert text(lab_table.costs(EMPTY, 198)) == []


def test_rows_are_told_from_the_first_to_the_last_as_far_as_there_is_room():
    grown = changed_rows(1_204_000)
    assert "1,200,000 … 1,204,000" in text(lab_table.costs(grown, 198))[0]
    assert "1.2M…1.2M" in text(lab_table.costs(grown, 98))[0]
    assert text(lab_table.costs(grown, 60))[0].split()[1:] == ["1.2M"] * 5
    assert "1,200,000" in text(lab_table.costs(changed_rows(0), 98))[0]


def changed_rows(rows_after: int) -> LabReport:
    return replace(
        done(), subjects=tuple(replace(each, rows=1_200_000, rows_after=rows_after) for each in done().subjects)
    )


def test_what_the_ratios_rest_on_is_said_with_the_least_of_them():
    report = changed(done(), "03", "rollup", ratio=Ratio(2.0, 1.0, 3.0, 0.75, 3))
    report = changed(report, "03", "indexed", ratio=Ratio(2.0, 1.0, 3.0, 0.5, 2), error="given up")
    assert (
        text(lab_table.note(report, 118))[0].strip() == "times: as fast as baseline, median of 3 pairs, 75 % confidence"
    )
    assert lab_table.note(filling(), 118) == []


# ── all of it ─────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(("cells", "height"), SIZES)
@pytest.mark.parametrize("report", [EMPTY, filling(), measuring(2), done(), clickstream()])
def test_every_line_has_the_width(report, cells, height):
    for lines in (lab.draw(report, cells, height), lab.printed(report, cells)):
        assert {cell_len(line) for line in text(lines)} <= {cells}


@pytest.mark.parametrize("report", [EMPTY, filling(), measuring(2), done(), clickstream()])
def test_however_small_the_window_is_nothing_breaks(report):
    for cells in range(1, 60):
        assert {cell_len(line) for line in text(lab.draw(report, cells, 5))} <= {cells}


@pytest.mark.parametrize(("cells", "height"), SIZES)
def test_texts_of_others_are_plain_and_cut_nothing_but_themselves(cells, height):
    subjects = (*SUBJECTS[:-1], Subject(HOSTILE, HOSTILE, HOSTILE, HOSTILE, HOSTILE))
    report = replace(
        done(),
        subjects=subjects,
        server=HOSTILE,
        store=HOSTILE,
        problems=(HOSTILE,),
        verdict=(HOSTILE,),
        queries=(("01", HOSTILE),),
        cells=(Cell("01", HOSTILE, 1, 1.0, 2.0, error=HOSTILE),),
    )
    for phase in (Phase.DONE, Phase.MEASURING):
        lines = lab.draw(replace(report, phase=phase, doing=HOSTILE), cells, height)
        assert {cell_len(line) for line in text(lines)} == {cells}
        shown = "".join(text(lines)) + "".join(part for part, _ in lab.heading(report))
        assert not [char for char in shown if unicodedata.category(char) in {"Cc", "Cf"}]


@pytest.mark.parametrize(("cells", "height"), SIZES)
def test_the_largest_form_that_fits_is_taken(cells, height):
    lines = lab.draw(done(), cells, height)
    shown = text(lines)
    rest = next(at for at, line in enumerate(shown) if "What each of them is" in line)
    if cells > 100:
        assert rest <= height, "all but what the layouts are is in sight"
    assert text(lab.draw(filling(), 198, 47))[3].count("▄") > 100


def test_the_verdict_comes_before_the_table_and_in_a_terminal_last():
    shown = [line.strip() for line in text(lab.draw(done(), 118, 33))]
    assert shown.index("❯ sharded: 1.02 times as fast (0.99 … 1.31): no difference shown.") < next(
        at for at, line in enumerate(shown) if line.startswith("Donations")
    )
    printed = [line.strip() for line in text(lab.printed(done(), 198))]
    assert printed[-1] == "❯ sharded: 1.02 times as fast (0.99 … 1.31): no difference shown."
    assert next(line for line in printed).startswith("baseline")


def test_problems_stand_before_the_verdict():
    report = replace(done(), problems=("sharded answers otherwise than baseline: 02_amount",))
    shown = [line.strip()[:1] for line in text(lab.draw(report, 118, 33))]
    assert shown.index("✗") < shown.index("❯")


def test_progress_holds_still_whatever_is_said_of_it():
    def bar(**values: object) -> str:
        return text([lab.progress(replace(filling(), **values), 118)])[0]

    assert bar(doing="x").rfind("─") == bar(doing="chunk 1 of 30").rfind("─")
    assert bar(done=0.0).count("█") == 0
    assert bar(done=1.0).count("─") == 0
    assert bar(done=0.5).count("█") == pytest.approx(bar(done=1.0).count("█") / 2, abs=1)


def test_the_corner_says_how_long_it_takes_and_then_what_came_of_it():
    assert "".join(part for part, _ in lab.corner(filling())) == " filling 20 % 7 min left "
    assert "".join(part for part, _ in lab.corner(replace(filling(), left_s=None))) == " filling 20 % "
    ends = {phase: lab.corner(replace(done(), phase=phase)) for phase in Phase if phase.is_end}
    assert ends == {
        Phase.DONE: [(" ● done ", "good")],
        Phase.STOPPED: [(" ■ stopped ", "warn")],
        Phase.FAILED: [(" ✗ failed ", "error")],
    }
    for phase in Phase:
        assert lab.corner(replace(lab_reports.filling(), phase=phase))


def test_the_run_is_named_where_there_are_several():
    assert lab.heading(replace(done(), runs=3, run=2))[1][0] == "3,000,000 rows, run 2 of 3 "
    assert lab.heading(done())[1][0] == "3,000,000 rows "
