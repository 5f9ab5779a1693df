"""A whole run of the lab on MariaDB: a full report, the same rows everywhere, and nothing left behind."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from lab_process import HOME, Seen, lab
from pydantic import SecretStr

from rtdash.campaigns.clock import stamp
from rtdash.cli import main
from rtdash.lab.databases import claimed, in_database
from rtdash.lab.fill import Home, fill
from rtdash.lab.layout import NAMES, layouts
from rtdash.lab.questions import asked, questions
from rtdash.lab.rows import Rows
from rtdash.lab.run import DonationsStudy, Wanted
from rtdash.lab.session import LabSession
from rtdash.lab.stop import Stop
from rtdash.lab.writer import Writer
from rtdash.model.engine import Engine
from rtdash.model.lab import LabReport, Phase
from rtdash.servers.mariadb import PrivateMariaDB
from rtdash.sources.donations import DonationsConnection
from tests.world import until

ROWS = 4_000
TABLE = "donation_transactions"
SMALL = ("--private", "--store=donations", "--rows=1000", "--layouts=baseline", "--rounds=1", "--json=-")
FEW = Wanted(rows=ROWS, rounds=2, writes_per_s=40)


@pytest.fixture
def seen(mariadb: PrivateMariaDB) -> Iterator[Seen]:
    with Seen.on(mariadb) as found:
        yield found


def studied(dsn: SecretStr, wanted: Wanted, say: Callable[[LabReport], None] = lambda _: None) -> LabReport:
    return DonationsStudy(dsn, Engine.MARIADB, wanted).run(Stop(), say)


def test_a_run_fills_every_figure_and_leaves_nothing(donations_dsn: SecretStr, seen: Seen):
    told: list[LabReport] = []
    report = studied(donations_dsn, FEW, told.append)
    assert report.phase is Phase.DONE
    assert report.problems == ()
    assert [subject.name for subject in report.subjects] == list(NAMES)
    assert len(report.queries) == 7
    assert len(report.cells) == 35
    for cell in report.cells:
        assert cell.error is None
        assert cell.count >= 2
        assert cell.p50_ms
        assert cell.p95_ms
        assert cell.p50_ms <= cell.p95_ms
        assert cell.rows_examined
        assert (cell.ratio is None) == (cell.subject == "baseline")
    assert {subject.rows for subject in report.subjects} == {ROWS}
    (rows_after,) = {subject.rows_after for subject in report.subjects}
    came_in, of_a_part = divmod(rows_after - ROWS - 36 * 40, 20)
    # Batches of half a second, each as large as any other, however late.
    assert came_in > 0
    assert of_a_part == 0
    for subject in report.subjects:
        assert subject.fill_rows_per_s
        assert subject.ingest_rows_per_s
        assert subject.start_ms
        assert subject.start_rows == (2 if subject.name == "rollup" else subject.rows_after - ROWS // 2)
    assert report.server.startswith("MariaDB 1")
    assert report.verdict
    # In the order of the steps, forward alone.
    steps = [report.phase for report in told]
    order = [phase for place, phase in enumerate(steps) if place == 0 or phase is not steps[place - 1]]
    assert order == [*list(Phase)[:6], Phase.DONE]
    assert [report.done for report in told] == sorted(report.done for report in told)
    seen.assert_nothing_left()


def test_of_several_runs_each_begins_anew(donations_dsn: SecretStr, seen: Seen):
    def count(report: LabReport) -> None:
        if report.phase is Phase.MEASURING and report.run > len(began):
            began.append([seen.run(f"SELECT COUNT(*) FROM {HOME}_{name}.{TABLE}") for name in ("baseline", "rollup")])

    began: list[list[object]] = []
    wanted = Wanted(rows=2_000, layouts=("rollup",), runs=2, rounds=1, writes_per_s=40)
    report = studied(donations_dsn, wanted, count)
    assert began == [[((2_000,),)] * 2] * 2
    assert (report.run, report.runs, report.problems) == (2, 2, ())
    assert {cell.ratio.pairs for cell in report.cells if cell.ratio} == {2}
    baseline = report.subject("baseline")
    assert baseline is not None
    # Half of the past is active, and all that came in: of both the median is told.
    assert baseline.start_rows == baseline.rows_after - 1_000
    seen.assert_nothing_left()


def test_what_fills_the_windows_is_not_measured_and_a_late_writer_writes_no_larger_batches(donations_dsn: SecretStr):
    with filled(donations_dsn, "baseline", "rollup") as (homes, rows, past_us):
        writer = Writer(homes, rows, past_us, Stop(), rate_per_s=40)
        with writer.writing():
            writer._clock._offset_us += 10_000_000
            until(lambda: homes[0].ingested >= 20 * 20 and homes[1].ingested >= 20 * 20)
        in_windows = 36 * 40
        for home in homes:
            with closing(LabSession(home.dsn, Stop())) as session:
                since = session.rows(f"SELECT COUNT(*) FROM {TABLE} WHERE transaction_date >= %s", stamp(past_us))
            assert since == ((in_windows + home.ingested,),)
            assert home.rows == ROWS + in_windows + home.ingested
        rollup = homes[1]
        with closing(LabSession(rollup.dsn, Stop())) as session:
            batches = session.rows("SELECT loaded, COUNT(*) FROM ingest_batches GROUP BY loaded")
            assert batches == ((20, rollup.ingested // 20),)
            assert session.rows("SELECT SUM(donations) FROM donation_arrivals") == ((rollup.ingested,),)


def test_each_campaign_is_entered_with_the_cities_that_it_has(donations_dsn: SecretStr):
    with filled(donations_dsn, "rollup") as ((home,), _, _), closing(LabSession(home.dsn, Stop())) as session:
        entered = session.rows("SELECT campaign_id, cities, organizations FROM campaigns")
        had = session.rows("SELECT DISTINCT campaign_id, city, organization FROM donation_totals")
    assert len(had) == 160
    for campaign_id, cities, organizations in entered:
        assert set(json.loads(cities)) == {city for number, city, _ in had if number == campaign_id}
        assert set(json.loads(organizations)) == {one for number, _, one in had if number == campaign_id}


def test_a_planted_difference_is_found(donations_dsn: SecretStr, seen: Seen):
    def plant(report: LabReport) -> None:
        if report.phase is Phase.CHECKING and not planted:
            planted.append(report)
            one = "WHERE campaign_id = 10 LIMIT 1"
            seen.run(f"UPDATE {HOME}_timesorted.donation_transactions SET total_amount = total_amount + 0.01 {one}")
            seen.run(f"UPDATE {HOME}_rollup.donation_totals SET donations = donations + 1 {one}")

    planted: list[LabReport] = []
    wanted = Wanted(rows=2_000, layouts=("timesorted", "rollup"), rounds=1, writes_per_s=40)
    problems = studied(donations_dsn, wanted, plant).problems
    assert "timesorted answers 'Total amount' otherwise than baseline: its rows are not the same" in problems
    assert [problem for problem in problems if problem.startswith("rollup")] == [
        "rollup answers 'Donations' otherwise than baseline: its rows are not the same"
    ]
    seen.assert_nothing_left()


def test_the_rows_that_a_query_reads_are_those_that_it_reads(donations_dsn: SecretStr):
    with filled(donations_dsn, "baseline", "timesorted", "rollup") as (homes, _, _):
        counted = {}
        for home in homes:
            subject = asked(home, Engine.MARIADB, Stop())
            with closing(DonationsConnection(home.dsn, "lab")) as connection:
                counted[home.layout.name] = {
                    question.id: subject.examine(connection, question) for question in subject.questions
                }
    assert counted["baseline"]["01_donations"] == ROWS
    assert counted["baseline"]["07_organizations_live"] == ROWS
    # The past ends before the windows begin: what a range reads is counted, not what there is.
    assert counted["timesorted"]["03_best"] == ROWS
    assert counted["timesorted"]["07_organizations_live"] == 0
    # Which campaign runs, whether one does, the latest end of any; then its 4 cities by 4 organisations.
    assert counted["rollup"]["01_donations"] == 3 + 16


def test_every_layout_answers_the_questions_without_a_window_alike_by_either_text(donations_dsn: SecretStr):
    with filled(donations_dsn, *NAMES) as (homes, _, _):
        answers = []
        for home in homes:
            with closing(DonationsConnection(home.dsn, "lab")) as connection:
                given = [
                    connection.fetch(question.sql, {}, 60.0).rows
                    for question in questions(Engine.MARIADB, ours=home.keeps_sums)[:5]
                ]
                answers.append([sorted(rows) for rows in given])
    assert answers[0][0] == [(ROWS // 2,)]
    assert all(answer == answers[0] for answer in answers)


@contextmanager
def filled(dsn: SecretStr, *names: str) -> Iterator[tuple[list[Home], Rows, int]]:
    """These layouts with 4,000 rows; what goes on with them, and from when."""
    stop = Stop()
    with claimed(dsn, stop) as databases:
        chosen = [layout for layout in layouts(Engine.MARIADB) if layout.name in names]
        homes = [Home(layout, databases.make(layout, stop)) for layout in chosen]
        rows = Rows()
        yield homes, rows, fill(homes, rows, ROWS, stop, lambda *_: None)


def test_a_query_that_is_overdue_is_an_error_in_its_cell_alone(donations_dsn: SecretStr, seen: Seen):
    wanted = Wanted(rows=60_000, layouts=("rollup",), rounds=1, writes_per_s=40, deadline_s=0.01)
    report = studied(donations_dsn, wanted)
    assert report.phase is Phase.DONE
    overdue = report.cell("03_best", "baseline")
    assert overdue is not None
    assert overdue.error
    assert (overdue.count, overdue.ratio) == (0, None)
    seen.assert_nothing_left()


def test_a_role_that_may_make_no_database_gets_one_line_with_what_helps(
    mariadb: PrivateMariaDB, donations_database: str, tmp_path: Path
):
    with lab(mariadb.dsn("reader", donations_database), tmp_path, "run", "--rows=1000") as process:
        output, errors = process.communicate(timeout=60)
    assert process.returncode == 2
    assert output == ""
    assert errors.strip().splitlines()[-1].endswith(r"GRANT ALL ON `rtdash\_lab%`.* TO 'rtdash_reader'@'localhost'")
    assert sum(line.startswith("rtdash:") for line in errors.splitlines()) == 1


def test_the_owner_of_a_private_server_may_make_databases_of_the_lab_and_no_others(
    donations_dsn: SecretStr, seen: Seen
):
    with closing(LabSession(donations_dsn, Stop())) as session:
        session.run(f"CREATE DATABASE {HOME}_mine")
        with pytest.raises(Exception, match="Access denied"):
            session.run("CREATE DATABASE rtdashxlab_mine")
    seen.remove(f"{HOME}_mine")


def test_without_a_server_one_line_names_both_ways_to_one(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    for name in list(os.environ):
        if name.startswith("RTDASH_"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    assert main(["lab", "run"]) == 2
    errors = capsys.readouterr().err
    assert "RTDASH_DONATIONS_OWNER_DSN" in errors
    assert "--private" in errors


@pytest.mark.parametrize(
    ("arguments", "allowed"),
    [
        (["--rows=12"], "1000 … 1,000,000,000"),
        (["--layouts=baseline,fast"], "baseline, indexed, sharded, timesorted, rollup"),
        (["--repeat=0"], "1 … 99"),
    ],
)
def test_a_wrong_argument_is_refused_with_what_is_allowed(capsys, arguments: list[str], allowed: str):
    with pytest.raises(SystemExit) as ended:
        main(["lab", "run", *arguments])
    assert ended.value.code == 2
    assert allowed in capsys.readouterr().err


def test_the_command_prints_a_table_and_writes_json(donations_dsn: SecretStr, tmp_path: Path, seen: Seen):
    file = tmp_path / "lab.json"
    with lab(
        donations_dsn, tmp_path, "run", "--rows=1000", "--layouts=rollup", "--rounds=1", f"--json={file}"
    ) as process:
        output, errors = process.communicate(timeout=120)
    assert process.returncode == 0, errors
    assert "rollup" in output
    assert "Donations" in output
    report = json.loads(file.read_text(encoding="utf-8"))["donations"]
    assert report["phase"] == "done"
    assert {cell["subject"] for cell in report["cells"]} == {"baseline", "rollup"}
    assert "donations: filling" in errors
    seen.assert_nothing_left()


@pytest.mark.long
def test_a_private_lab_needs_no_server_and_leaves_no_folder(tmp_path: Path):
    tmp_path.chmod(0o711)
    environment = {name: value for name, value in os.environ.items() if not name.startswith("RTDASH_")}
    # A server that is set is not the one that is asked for.
    environment["RTDASH_DONATIONS_OWNER_DSN"] = "mysql://nobody@127.0.0.1:1/nothing"
    done = subprocess.run(
        [sys.executable, "-P", "-m", "rtdash", "lab", "run", *SMALL],
        capture_output=True,
        text=True,
        check=False,
        env=environment | {"XDG_CONFIG_HOME": str(tmp_path)},
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["donations"]["phase"] == "done"


def test_the_same_address_leads_to_another_database():
    dsn = SecretStr("mysql://user:p%40ss@host:3307/donations?ssl_ca=/a/b")
    assert (
        in_database(dsn, "rtdash_lab_x").get_secret_value() == "mysql://user:p%40ss@host:3307/rtdash_lab_x?ssl_ca=/a/b"
    )
