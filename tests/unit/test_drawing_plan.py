"""A plan and a histogram, cell for cell."""

from __future__ import annotations

import pytest
from rich.cells import cell_len

from rtdash.widgets.drawing import histogram, plan
from tests.unit.lines import roles, text
from tests.unit.recorded import NAMES, recorded


@pytest.mark.parametrize("width", [80, 120, 200])
@pytest.mark.parametrize("name", NAMES)
def test_every_line_has_the_width_and_every_operation_is_there(name, width):
    drawn = recorded(name)
    lines = text(plan.draw(drawn, width))
    assert {cell_len(line) for line in lines} == {width}
    shown = [node for node in drawn.root.walk() if not node.node or node is drawn.slowest_task]
    for node in shown if name != "citus" else []:
        assert any(node.name[:12] in line for line in lines), node.name


def test_a_plan_in_80_cells():
    lines = plan.draw(recorded("citus", took_ms=95), 80)
    assert [line.rstrip() for line in text(lines)] == [
        " Citus 98.5 ms, planned in 1.5, seen 95.0, 1 row",
        " 3 tasks, the slowest 80.0 ms on worker-2:5432",
        "     time             ms  rows read → out  operation",
        "      1 %            1.0                1  Aggregate",
        "      9 %  ▌         9.0                3  └ Citus Adaptive",
        "      2 %  ▏         2.0           90,000    ├ Task on worker-2:5432",
        " ►   79 %  ████▊    78.0  90,000 → 90,000    │ └ Seq Scan  events_p20251122_10…",
        "      2 %  ▏         1.5                     ├ Distributed Subplan  Send to 2 …",
        "      6 %  ▍         6.0                1    │ └ Result",
        "                                             └ 2 more tasks, 10.0 … 12.0 ms",
    ]
    assert roles(lines[6])["►"] == "strong"


def test_loops_are_shown_where_there_are_some():
    lines = text(plan.draw(recorded("postgresql_loops"), 120))
    assert "loops" in lines[1]
    assert [line for line in lines if "×12,000" in line and "Result" in line]
    assert "loops" not in text(plan.draw(recorded("postgresql_full_scan"), 120))[1]


def test_siblings_come_the_costliest_first():
    lines = text(plan.draw(recorded("mariadb_union"), 120))
    assert [index for index, line in enumerate(lines) if "donation_seconds" in line] < [
        index for index, line in enumerate(lines) if "donation_totals" in line
    ]


def test_nothing_measured_is_said_in_words():
    assert text(histogram.draw([], 200.0, 20, 5)) == [" not asked yet".ljust(20)]


@pytest.mark.parametrize(("width", "height"), [(40, 6), (80, 10), (200, 20)])
@pytest.mark.parametrize("values", [[5.0], [500.0, 600.0], [0.0, 0.05], [200.0], [3.0, 200.0, 200.1, 60_000.0] * 50])
def test_a_histogram_has_the_size_and_marks_the_threshold(values, width, height):
    lines = histogram.draw(values, 200.0, width, height)
    assert len(lines) == height
    assert {cell_len(line) for line in text(lines)} == {width}
    assert "200 ms" in text(lines)[-1]
    assert any(role == "outline" for line in lines for _, role in line)


def test_only_what_is_over_the_threshold_stands_out():
    def warned(*values: float) -> bool:
        return any(
            role == "warn" and part.strip() for line in histogram.draw(values, 200.0, 80, 8) for part, role in line
        )

    assert not warned(3.0, 199.0, 200.0)
    assert warned(3.0, 200.1)
    assert text(histogram.draw([100.0, 200.0, 200.1, 300.0], 200.0, 80, 8))[0].rstrip() == (
        " 4 answers, 100 … 300 ms  │ over 200 ms: 2 (50.0 %)"
    )
