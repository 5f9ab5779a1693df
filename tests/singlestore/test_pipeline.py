"""`rtdash pipeline` against a peer: what is asked and said, and what becomes of a start and a stop."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from rtdash import cli
from rtdash.cli import pipeline as command
from rtdash.settings import Settings
from tests.singlestore.peer import Peer
from tests.singlestore.scripted_pipeline import ScriptedPipeline
from tests.singlestore.wire import Refusal, Rows

Run = Callable[..., tuple[int, str, str]]
HOSTILE = "\x1b[2Jno broker \u202eat all"


@pytest.fixture
def scripted(peer: Peer) -> ScriptedPipeline:
    return ScriptedPipeline(peer)


@pytest.fixture
def rtdash(peer: Peer, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    """`rtdash("status")`: exit status, output and errors of `rtdash pipeline`."""
    monkeypatch.setattr(command, "_PATIENCE_S", 0.3)
    file = tmp_path / "settings.toml"
    Settings(donations_dsn=peer.dsn()).save(file)

    def run(*arguments: str) -> tuple[int, str, str]:
        status = cli.main(["pipeline", *arguments, f"--settings={file}"])
        return status, *capsys.readouterr()

    return run


# ── status ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_status_tells_all_there_is(scripted, rtdash):
    scripted.state = "Running"
    scripted.lags = [("0", 1000), ("10", 5), ("9", 200)]
    scripted.load(1500)
    scripted.load(0, "In Progress")
    scripted.fail(HOSTILE, line='{"city": "\x1b[31m"}')
    status, said, errors = rtdash("status")
    assert (status, errors) == (0, "")
    assert said.splitlines() == [
        "donations on SingleStore: Running, 1,234 rows/s, exactly once",
        "lag 1,205",
        "  partition    0         1,000",
        "  partition    9           200",
        "  partition   10             5",
        "latest batches",
        "                 2  2027-01-15 08:00:00  In Progress          0 rows          0/s     0.500 s",
        "                 1  2027-01-15 08:00:00  Succeeded        1,500 rows      3,000/s     0.500 s",
        "latest errors",
        "  2027-01-15 08:00:00  Error 1934: ·[2Jno broker ·at all",
        '    {"city": "·[31m"}',
    ]


def test_status_asks_for_as_much_as_is_wanted_and_never_for_credentials(scripted, rtdash):
    rtdash("status", "--limit=7")
    asked = [heard.statement for heard in scripted.peer.statements(r"information_schema")]
    assert len(asked) == 5
    assert all("DATABASE_NAME = DATABASE() AND PIPELINE_NAME = 'donations'" in statement for statement in asked)
    assert sum(statement.endswith("LIMIT 7\n") for statement in asked) == 2
    assert not scripted.peer.statements(r"CONFIG_JSON|\*")


def test_status_as_json(scripted, rtdash):
    scripted.lags = [("0", 7), ("1", None)]
    scripted.load(3)
    scripted.fail(HOSTILE, "Warning", "{")
    status, said, _ = rtdash("status", "--json")
    assert status == 0
    assert said.isascii()
    assert json.loads(said) == {
        "pipeline": "donations",
        "engine": "SingleStore",
        "state": "Stopped",
        "rows_per_s": 1234.5,
        "is_exactly_once": True,
        "lag": None,
        "partitions": [{"partition_id": "0", "lag": 7}, {"partition_id": "1", "lag": None}],
        "batches": [
            {
                "batch_id": 1,
                "state": "Succeeded",
                "rows": 3,
                "rows_per_s": 6.0,
                "took_s": 0.5,
                "started_at": "2027-01-15T08:00:00+00:00",
            }
        ],
        "errors": [
            {
                "at": "2027-01-15T08:00:00.250000+00:00",
                "type": "Warning",
                "code": 1934,
                "message": HOSTILE,
                "line": "{",
            }
        ],
        "untold": [],
    }


@pytest.mark.parametrize(
    ("value", "said"),
    [("OFF", "NOT exactly once"), ("1", ", exactly once"), (None, "whether exactly once is not told")],
)
def test_whether_offsets_commit_with_the_rows(scripted, rtdash, value, said):
    scripted.exactly_once = value
    assert said in rtdash("status")[1].splitlines()[0]


def test_lag_comes_from_the_other_view_where_the_first_is_not_there(scripted, rtdash):
    scripted.peer.tell(r"PIPELINES_CURSORS\s", Refusal(1109, "Unknown table 'PIPELINES_CURSORS'"))
    scripted.peer.tell(r"PIPELINES_OFFSETS\s", Rows(("partition", "lag"), [("0", 40), ("1", 2)]))
    assert "lag 42" in rtdash("status")[1].splitlines()


def test_a_part_that_is_refused_takes_no_other_with_it(scripted, rtdash):
    scripted.fail("no broker answers")
    scripted.peer.tell(r"PIPELINES_CURSORS\s", Refusal(1142, "SELECT command denied"))
    scripted.peer.tell(r"ROWS_STREAMED", Refusal(1054, "Unknown column 'ROWS_STREAMED\x1b[2J'"))
    status, said, _ = rtdash("status")
    assert status == 1
    assert said.splitlines()[0].startswith("donations on SingleStore: Stopped, not told rows/s")
    assert "no broker answers" in said
    assert [line for line in said.splitlines() if line.startswith("✗")] == [
        "✗ donations database: Unknown column 'ROWS_STREAMED·[2J'",
        "✗ donations database: SELECT command denied",
        "✗ donations database: Unknown column 'ROWS_STREAMED·[2J'",
    ]
    status, said, _ = rtdash("status", "--json")
    assert (status, json.loads(said)["rows_per_s"], len(json.loads(said)["untold"])) == (1, None, 3)


@pytest.mark.parametrize("action", ["status", "test", "start", "stop"])
def test_without_a_pipeline_nothing_is_done(scripted, rtdash, action):
    scripted.state = None
    status, said, errors = rtdash(action)
    assert (status, said) == (2, "")
    assert errors.startswith("rtdash: there is no pipeline donations that this account may see (SHOW PIPELINE)")
    assert not scripted.peer.statements("^(START|STOP|TEST) ")


# ── start, stop ───────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_start_says_what_the_first_batch_has_loaded(scripted, rtdash):
    scripted.load(9)
    scripted.fail("of yesterday")
    assert rtdash("start") == (0, "pipeline donations is running: 1,500 messages in its last batch\n", "")
    assert rtdash("start") == (0, "pipeline donations is running already\n", "")
    # What is told to stop may be running still.
    assert len(scripted.peer.statements("^START")) == 2


def test_a_start_reports_the_error_that_only_the_views_tell(scripted, rtdash):
    def break_down() -> None:
        scripted.state = "Error"
        scripted.fail("a line was skipped", "Warning")
        scripted.fail(HOSTILE)

    scripted.state = "Error"
    scripted.fail("of yesterday")
    scripted.on_start = break_down
    assert rtdash("start") == (1, "", "rtdash: pipeline donations is Error: ·[2Jno broker ·at all\n")


NO_VIEW = Refusal(1142, "SELECT command denied")


@pytest.mark.parametrize("view", ["PIPELINES_ERRORS", "PIPELINES_BATCHES_SUMMARY"])
def test_a_start_does_without_a_view_that_is_refused(scripted, rtdash, view):
    scripted.fail("of yesterday")
    scripted.peer.tell(rf"{view}\s", NO_VIEW)
    status, said, errors = rtdash("start")
    assert (status, errors, scripted.state) == (0, "", "Running")
    by_errors_alone = "pipeline donations is running; what becomes of its batches is not told: donations database: "
    assert (
        said
        == {
            "PIPELINES_ERRORS": "pipeline donations is running: 1,500 messages in its last batch\n",
            "PIPELINES_BATCHES_SUMMARY": f"{by_errors_alone}SELECT command denied\n",
        }[view]
    )


def test_why_it_does_not_run_may_not_be_told(scripted, rtdash):
    scripted.peer.tell(r"PIPELINES_ERRORS\s", NO_VIEW)
    scripted.on_start = lambda: setattr(scripted, "state", "Error")
    assert rtdash("start") == (
        1,
        "",
        "rtdash: pipeline donations is Error, 0.3 s after it was started; why is not told: donations database:"
        " SELECT command denied\n",
    )


def test_a_start_with_nothing_to_load_runs(scripted, rtdash):
    scripted.on_start = lambda: setattr(scripted, "state", "Running")
    scripted.fail("a line was skipped", "Warning")
    expected = "pipeline donations is running; no batch has ended within 0.3 s\n"
    assert rtdash("start") == (0, expected, "")


def test_a_start_that_comes_to_nothing_is_said(scripted, rtdash):
    scripted.on_start = lambda: None
    status, said, errors = rtdash("start")
    assert (status, said) == (1, "")
    assert errors == "rtdash: pipeline donations is Stopped, 0.3 s after it was started\n"


def test_a_start_that_is_refused_is_one_line(scripted, rtdash):
    scripted.peer.tell("^START PIPELINE", Refusal(1142, "START PIPELINE command denied to user 'reader'"))
    refused = "rtdash: donations database: START PIPELINE command denied to user 'reader'\n"
    assert rtdash("start") == (2, "", refused)


def test_a_stop_waits_until_it_has_stopped(scripted, rtdash):
    scripted.state = "Running"
    assert rtdash("stop") == (0, "pipeline donations is stopped: donations wait in Kafka\n", "")
    assert rtdash("stop") == (0, "pipeline donations does not run: it is Stopped\n", "")
    assert len(scripted.peer.statements("^STOP")) == 1


def test_a_stop_that_comes_to_nothing_is_said(scripted, rtdash):
    scripted.state = "Running"
    scripted.on_stop = lambda: None
    status, said, errors = rtdash("stop")
    assert (status, said) == (1, "")
    assert errors == "rtdash: pipeline donations is still Running, 0.3 s after it was told to stop\n"


# ── test ──────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_test_prints_a_row_a_message(scripted, rtdash):
    rows = Rows(("transaction_id", "city", "message"), [("1", "Pau\x1b[0m", b"{\xff}"), ("2", None, b"{}")])
    scripted.peer.tell("^TEST PIPELINE donations LIMIT 3$", rows)
    status, said, _ = rtdash("test", "--limit=3")
    assert status == 0
    assert said.splitlines() == [
        r'{"transaction_id": "1", "city": "Pau\u001b[0m", "message": "{\ufffd}"}',
        '{"transaction_id": "2", "city": null, "message": "{}"}',
    ]


def test_a_test_of_what_is_all_loaded_says_so(scripted, rtdash):
    scripted.peer.tell("^TEST PIPELINE", Rows(("city",)))
    assert rtdash("test") == (0, "no messages that are not loaded yet\n", "")


def test_a_pipeline_that_runs_is_not_tested(scripted, rtdash):
    scripted.state = "Running"
    status, said, errors = rtdash("test")
    assert (status, said) == (2, "")
    assert errors == "rtdash: pipeline donations is running; it can be tested while it is stopped alone\n"
