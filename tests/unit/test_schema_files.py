"""The files that are shipped, and which of the migrations are still to run."""

from __future__ import annotations

import pytest

from rtdash.errors import SchemaError
from rtdash.resources import sql_folder
from rtdash.schema.files import SchemaFile, migration_files, pending, schema_files
from rtdash.schema.pipeline import kafka_values
from rtdash.schema.script import statements
from rtdash.schema.values import revealed
from rtdash.settings import Settings


@pytest.mark.parametrize("database", ["citus", "mariadb"])
def test_migrations_are_numbered_without_a_gap(database):
    numbers = [file.number for file in migration_files(sql_folder(database, "schema"))]
    assert numbers == list(range(1, len(numbers) + 1))


@pytest.mark.parametrize("database", ["citus", "mariadb", "singlestore"])
def test_every_file_has_a_key_of_its_own_in_the_table_of_records(database):
    folder = sql_folder(database, "schema")
    keys = [file.key for file in [*schema_files(folder), *migration_files(folder)]]
    assert len(set(keys)) == len(keys)
    assert max(map(len, keys)) <= 200, "the column of SingleStore"


def test_what_binds_needs_kafka_and_binds_what_there_is():
    values = revealed(kafka_values(Settings(kafka_bootstrap_servers="kafka:9092")))
    bound = set()
    for file in schema_files(sql_folder("singlestore", "schema")):
        for statement in statements(file.script):
            if file.needs_kafka:
                bound |= {name for name in values if f"%({name})s" in statement.text}
                assert "%(" not in statement.text % dict.fromkeys(values, "")
            else:
                assert "%(" not in statement.text
    assert bound == set(values)


def test_what_is_optional_says_what_it_costs():
    files = schema_files(sql_folder("singlestore", "schema"))
    assert [file.name for file in files if "optional:" in file.script] == [file.name for file in files if file.cost]


def migrations(tmp_path, *names):
    return [SchemaFile(tmp_path / name, f"migrations/{name}") for name in names]


def test_what_is_recorded_is_not_run_again_even_under_another_name(tmp_path):
    first, second = migrations(tmp_path, "001_first.sql", "002_second.sql")
    assert pending([first, second], {}) == [first, second]
    assert pending([first, second], {"migrations/001_as_it_was_called.sql": "", "schema/040_other.sql": ""}) == [second]
    assert pending([], {"schema/040_other.sql": "", "neither": ""}) == []


def test_a_number_that_we_do_not_ship_is_refused(tmp_path):
    with pytest.raises(SchemaError, match=r"its migrations/003_third\.sql is not known to this one"):
        pending(migrations(tmp_path, "001_first.sql"), {"migrations/003_third.sql": "", "migrations/002_x.sql": ""})


def test_a_digest_changes_with_the_text(tmp_path):
    file = SchemaFile(tmp_path / "010_a.sql", "schema/010_a.sql")
    file.path.write_text("SELECT 1;\n")
    before = file.digest
    assert len(before) == 64
    file.path.write_text("SELECT 2;\n")
    assert file.digest != before
