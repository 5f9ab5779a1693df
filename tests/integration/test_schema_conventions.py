"""What the files of a schema say of themselves: procedures, what may fail, what is optional, what needs Kafka."""

from __future__ import annotations

import pytest
from pydantic import SecretStr

from rtdash.cli import init, main
from rtdash.errors import SchemaError
from rtdash.schema.apply import apply
from rtdash.schema.plan import plan
from rtdash.settings import Settings
from rtdash.sources import donations

VALUES = {
    "kafka_source": "kafka:9092/donations",
    "kafka_credentials": SecretStr('{"sasl.password": "it\'s hush-hush"}'),
}
PROCEDURE = """\
DELIMITER //
-- Twice; so it is replaced.
CREATE OR REPLACE PROCEDURE fill(IN number INT)
BEGIN
    -- Its own comment; kept.
    INSERT INTO filled VALUES (number);
    INSERT INTO filled SELECT number % 7;
END
//
DELIMITER ;
CALL fill(9);
"""
FILLED = "CREATE TABLE IF NOT EXISTS filled (number INT);\n"


@pytest.fixture
def ask(donations_dsn):
    """`ask("SELECT …")`: its rows."""
    with donations.connect(donations_dsn, "test") as connection, connection.cursor() as cursor:

        def rows(statement):
            cursor.execute(statement)
            return list(cursor.fetchall())

        yield rows


@pytest.fixture
def applied(donations_dsn, tmp_path):
    """`applied({"010_a.sql": "…"})`: the steps, by file."""

    def run(files, values=None):
        for name, script in files.items():
            (tmp_path / name).write_text(script)
        steps = []
        apply(donations_dsn, tmp_path, steps.append, values=values or {})
        return {step.file: step for step in steps}

    return run


def test_a_procedure_is_one_statement_and_may_be_made_again(applied, ask):
    for _ in range(2):
        applied({"010_table.sql": FILLED, "020_procedure.sql": PROCEDURE})
    assert sorted(ask("SELECT number FROM filled")) == [(2,), (2,), (9,), (9,)]


def test_a_statement_that_may_fail_does_not_end_its_file(applied, ask):
    applied({"010_a.sql": f"-- may fail\nDROP TABLE filled;\n{FILLED}INSERT INTO filled VALUES (1);\n"})
    assert ask("SELECT number FROM filled") == [(1,)]
    assert ask("SELECT file FROM schema_steps") == [("schema/010_a.sql",)]


def test_another_that_fails_ends_it(applied, ask):
    with pytest.raises(SchemaError, match=r"010_a\.sql: .*filled"):
        applied({"010_a.sql": "-- may fail\nDROP TABLE filled;\nDROP TABLE filled;\n"})
    assert ask("SELECT file FROM schema_steps") == []


def test_a_refused_optional_file_is_told_and_tried_again(applied, ask):
    optional = "-- A trace.\n-- optional: slow queries are not traced\nINSERT INTO filled VALUES (1);\nSELECT 'made';\n"
    files = {"010_trace.sql": optional, "020_table.sql": FILLED}
    first = applied(files)
    assert first["010_trace.sql"].is_refused
    assert first["010_trace.sql"].note.startswith("refused: Table '")
    assert first["010_trace.sql"].note.endswith(".filled' doesn't exist: slow queries are not traced")
    assert not first["020_table.sql"].is_refused
    assert ask("SELECT file FROM schema_steps") == [("schema/020_table.sql",)]
    second = applied(files)
    assert (second["010_trace.sql"].note, second["010_trace.sql"].is_refused) == ("made", False)
    assert len(ask("SELECT file FROM schema_steps")) == 2


@pytest.mark.parametrize("comment", ["-- optional: all of it\n", "-- may fail\n"])
def test_a_server_that_is_gone_has_refused_nothing(applied, ask, comment):
    with pytest.raises(SchemaError, match=r"^010_a\.sql: "):
        applied({"010_a.sql": f"{comment}KILL CONNECTION_ID();\nSELECT 1;\n"})
    assert ask("SELECT file FROM schema_steps") == []


def test_what_needs_kafka_binds_how_it_is_reached(applied, ask):
    script = (
        "-- needs: kafka\nCREATE OR REPLACE VIEW pipeline AS\n"
        "SELECT %(kafka_source)s AS source, %(kafka_credentials)s AS credentials, 9 %% 7 AS rest;\n"
    )
    files = {"010_pipeline.sql": script, "020_rest.sql": "SELECT 9 % 7, '%(kafka_source)s', '%';\n"}
    steps = applied(files)
    assert steps["010_pipeline.sql"].note == "left out: it needs Kafka, and none is set"
    assert steps["020_rest.sql"].note == "2"
    assert ask("SELECT file FROM schema_steps") == [("schema/020_rest.sql",)]
    applied(files, VALUES)
    assert ask("SELECT * FROM pipeline") == [(VALUES["kafka_source"], '{"sasl.password": "it\'s hush-hush"}', 2)]
    assert len(ask("SELECT file FROM schema_steps")) == 2


@pytest.mark.parametrize("head", ["-- needs: kafka\n", "-- needs: kafka\n-- optional: the pipeline\n"])
def test_a_server_that_quotes_the_statement_shows_no_secret(applied, head):
    files = {"010_pipeline.sql": f"{head}CREATE PIPELINE p CREDENTIALS %(kafka_credentials)s FORMAT JSON;\n"}
    try:
        said = applied(files, VALUES)["010_pipeline.sql"].note
    except SchemaError as error:
        said = str(error)
    assert "SQL syntax" in said
    assert "hush" not in said
    assert ("optional" in head) == said.endswith(": the pipeline")


def test_a_plan_says_what_is_optional_and_what_needs_kafka(donations_dsn, applied, tmp_path):
    applied({"010_table.sql": FILLED})
    (tmp_path / "020_pool.sql").write_text("-- needs: kafka\n-- optional: no pool\nSELECT 1;\n")
    (tmp_path / "030_trace.sql").write_text("-- optional: no trace\nSELECT 1;\n")

    def files(**options):
        return {found.subject: found.text for found in plan(donations_dsn, tmp_path, **options)}

    assert files()["020_pool.sql"] == "left out: it needs Kafka, and none is set"
    found = files(has_kafka=True)
    assert found["010_table.sql"] == "as applied"
    assert found["020_pool.sql"] == "new; needs Kafka; optional, without it: no pool"
    assert found["030_trace.sql"] == "new; optional, without it: no trace"


@pytest.mark.parametrize(("refused", "said"), [(1, "1 optional file"), (2, "2 optional files")])
def test_the_command_counts_what_was_refused_and_has_done_its_work(
    donations_dsn, tmp_path, monkeypatch, capsys, refused, said
):
    folder = tmp_path / "schema"
    folder.mkdir()
    for number in range(refused):
        (folder / f"0{number}0_trace.sql").write_text("-- optional: no trace\nSELECT \x1b[2J;\n")
    (folder / "100_table.sql").write_text(FILLED)
    monkeypatch.setattr(init, "sql_folder", lambda *_: folder)
    Settings(donations_dsn=donations_dsn).save(tmp_path / "settings.toml")
    assert main(["init", f"--settings={tmp_path / 'settings.toml'}"]) == 0
    printed = capsys.readouterr()
    assert printed.err == ""
    lines = printed.out.splitlines()
    assert len(lines) == refused + 3
    assert lines[-1] == f"{said} refused by the server: the next `rtdash init` tries again"
    assert all(line.isprintable() and line.endswith(": no trace") for line in lines[1 : 1 + refused])
