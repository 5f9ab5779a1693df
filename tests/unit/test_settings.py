"""Settings: flag > environment > file > default; what is wrong is one line that keeps the password to itself."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from rtdash.settings import Settings, load
from tests.unit.refusing import PASSWORD, SASL, refusal

pytestmark = pytest.mark.usefixtures("nothing_set")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "rtdash.toml"


# ── order ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_defaults_stand_where_nothing_is_said():
    settings = load()
    assert (settings.interval_ms, settings.threshold_ms, settings.lanes, settings.deadline_s) == (250, 200.0, 2, 5.0)
    assert settings.citus_dsn is None
    assert settings.donations_dsn is None


def test_file_over_default_environment_over_file_flag_over_environment(file, monkeypatch):
    file.write_text("interval_ms = 300\nlanes = 3\nthreshold_ms = 90.5\n")
    monkeypatch.setenv("RTDASH_INTERVAL_MS", "400")
    monkeypatch.setenv("RTDASH_LANES", "4")
    settings = load(file, interval_ms=500, time_zone=None)
    assert settings.interval_ms == 500
    assert settings.lanes == 4
    assert settings.threshold_ms == 90.5
    assert settings.time_zone == "UTC", "a flag that was not given is None"


def test_the_file_of_the_user_is_found_by_itself(tmp_path):
    folder = tmp_path / "config" / "rtdash"
    folder.mkdir(parents=True)
    (folder / "rtdash.toml").write_text("lanes = 7\n")
    assert load().lanes == 7


def test_an_empty_environment_variable_says_nothing(monkeypatch):
    monkeypatch.setenv("RTDASH_LANES", "")
    assert load().lanes == 2


def test_two_files_do_not_leak_into_each_other(tmp_path):
    first, second = tmp_path / "a.toml", tmp_path / "b.toml"
    first.write_text("lanes = 5\n")
    second.write_text("lanes = 6\n")
    assert (load(first).lanes, load(second).lanes, load().lanes) == (5, 6, 2)


@pytest.mark.parametrize(("typed", "percent"), [("25%", 25.0), ("25", 25.0), ("0.5%", 0.5), (150, 150.0)])
def test_the_budget_is_a_share_with_or_without_its_sign(monkeypatch, typed, percent):
    assert load().budget_percent is None
    assert load(budget_percent=typed).budget_percent == percent
    monkeypatch.setenv("RTDASH_BUDGET_PERCENT", str(typed))
    assert load().budget_percent == percent


@pytest.mark.parametrize("typed", ["8kB", "8 kB/s", "8000", 8000])
def test_the_budget_of_the_line_is_bytes_a_second(monkeypatch, tmp_path, typed):
    assert load().line_budget is None
    assert load(line_budget=typed).line_budget == 8000
    monkeypatch.setenv("RTDASH_LINE_BUDGET", str(typed))
    assert load().line_budget == 8000
    load().save(tmp_path / "saved.toml")
    monkeypatch.delenv("RTDASH_LINE_BUDGET")
    assert load(tmp_path / "saved.toml").line_budget == 8000


# ── refusals ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_key_that_is_no_setting(file):
    file.write_text("intervall_ms = 250\n")
    assert refusal(file) == "setting intervall_ms: is not a setting"


@pytest.mark.parametrize(
    ("flags", "said"),
    [
        ({"interval_ms": 99}, ("setting interval_ms:", "100")),
        ({"interval_ms": 5001}, ("setting interval_ms:", "5000")),
        ({"interval_ms": "often"}, ("setting interval_ms:", "integer")),
        ({"threshold_ms": 0}, ("setting threshold_ms:", "greater than 0")),
        ({"threshold_ms": float("nan")}, ("setting threshold_ms:",)),
        ({"threshold_ms": float("inf")}, ("setting threshold_ms:", "finite")),
        ({"lanes": 0}, ("setting lanes:", "1")),
        ({"lanes": 17}, ("setting lanes:", "16")),
        ({"deadline_s": 601}, ("setting deadline_s:", "600")),
        *(
            ({"budget_percent": value}, ("setting budget_percent: allowed: a share above 0, such as 25%",))
            for value in ("0", "-5%", "nan", "inf", "much", "", "%", 0, True)
        ),
        ({"line_budget": "999"}, ("setting line_budget: '999': allowed: 1kB … 10MB a second",)),
        ({"line_budget": True}, ("setting line_budget: 'True': allowed: 1kB … 10MB a second",)),
        ({"frame_rate": 0}, ("setting frame_rate:", "1")),
        ({"frame_rate": 31}, ("setting frame_rate:", "30")),
        ({"charts": "spin"}, ("setting charts:", "'sweep' or 'scroll'")),
        ({"kafka_partitions": 0}, ("setting kafka_partitions:", "1")),
        ({"kafka_partitions": 1001}, ("setting kafka_partitions:", "1000")),
        ({"kafka_retention_hours": 0}, ("setting kafka_retention_hours:", "0.01")),
        ({"kafka_retention_hours": float("inf")}, ("setting kafka_retention_hours:",)),
        ({"time_zone": "Europe/Pari"}, ("setting time_zone: allowed:", "Europe/Paris")),
        ({"time_zone": "../../etc/passwd"}, ("setting time_zone: allowed:",)),
        ({"time_zone": ""}, ("setting time_zone: allowed:",)),
    ],
)
def test_a_value_that_is_not_allowed(flags, said):
    message = refusal(**flags)
    assert message.startswith("setting ")
    assert all(part in message for part in said), message


def test_an_environment_variable_that_is_not_allowed_names_the_setting(monkeypatch):
    monkeypatch.setenv("RTDASH_INTERVAL_MS", "7")
    assert "setting interval_ms:" in refusal()


@pytest.mark.parametrize(
    "dsn",
    [
        f"mysql://u:{PASSWORD}@h:1/d",  # the other side's scheme
        f"http://u:{PASSWORD}@h:1/d",
        f"u:{PASSWORD}@h:1/d",
        f"host=h password={PASSWORD}",
        f"postgresql://u:{PASSWORD}@h:1",  # no database
        f"postgresql://u:{PASSWORD}@h:1/",
        f"postgresql://u:[{PASSWORD}@h:1/d",  # no URL: the parser's message would quote it
        f"postgresql://u:{PASSWORD}#x@h:1/d",  # a raw # makes the password a port
        f"postgresql://u:p@h:{PASSWORD}/d",
        "postgresql://h:99999/d",
        "",
    ],
)
def test_a_dsn_that_is_not_allowed(dsn):
    message = refusal(citus_dsn=dsn)
    assert message.startswith("setting citus_dsn: ")
    assert "allowed: postgresql://user:password@host:port/database" in message


@pytest.mark.parametrize("name", ["donations_dsn", "donations_owner_dsn", "donations_control_dsn"])
def test_each_donations_dsn_wants_the_mysql_protocol(name):
    assert refusal(**{name: f"postgresql://u:{PASSWORD}@h/d"}).startswith(f"setting {name}: allowed: mysql://")
    assert getattr(load(**{name: "singlestore://u@h/d"}), name).get_secret_value() == "singlestore://u@h/d"


def test_a_dsn_that_is_not_even_text(file):
    file.write_text("citus_dsn = 5432\n")
    assert refusal(file).startswith("setting citus_dsn: ")


def test_a_file_that_is_missing_is_named(tmp_path):
    assert refusal(tmp_path / "none.toml") == f"settings file {tmp_path / 'none.toml'}: there is no such file"


@pytest.mark.parametrize(
    "content", [f"citus_dsn = {PASSWORD}\n".encode(), b"lanes\n", b"\xff\xfe\n", b"lanes = 1\nlanes = 2\n"]
)
def test_a_file_that_is_no_toml_is_named(file, content):
    file.write_bytes(content)
    assert refusal(file).startswith(f"settings file {file}: ")


def test_a_file_that_may_not_be_read_is_named(file, monkeypatch):
    file.write_text("lanes = 3\n")

    def forbidden(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied", str(file))

    monkeypatch.setattr(Path, "open", forbidden)
    assert "Permission denied" in refusal(file)


# ── secrets ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def with_secrets() -> Settings:
    return load(
        **SASL,
        kafka_bootstrap_servers="h:9092",
        citus_dsn=f"postgresql://u:{PASSWORD}@h/d",
        donations_dsn=f"mysql://u:{PASSWORD}@h/d",
        donations_control_dsn=f"mysql://c:{PASSWORD}@h/d",
        panels_folder=Path("/panels"),
    )


def test_settings_can_be_printed_without_a_secret():
    settings = with_secrets()
    printed = (repr(settings), str(settings), str(settings.model_dump()), settings.model_dump_json())
    for text in (*printed, repr(settings.kafka), str(settings.kafka)):
        assert PASSWORD not in text


def test_settings_are_frozen():
    with pytest.raises(ValueError):
        load().lanes = 3  # type: ignore[misc]


def test_owner_and_control_fall_back_to_what_there_is():
    settings = with_secrets()
    assert settings.dsn_of_citus_owner is settings.citus_dsn
    assert settings.dsn_of_donations_owner is settings.donations_dsn
    assert settings.dsn_of_control is settings.donations_control_dsn
    only = load(donations_dsn="mysql://u@h/d", donations_owner_dsn="mysql://o@h/d")
    assert only.dsn_of_donations_owner is only.donations_owner_dsn
    assert only.dsn_of_control is only.donations_owner_dsn


# ── save ──────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_saved_settings_are_read_back_the_same_and_by_their_owner_alone(file):
    settings = with_secrets()
    settings.save(file)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert load(file).model_dump() == settings.model_dump()
    assert PASSWORD in file.read_text(), "a child needs it"


def test_saving_closes_a_file_that_others_could_read(file):
    file.write_text("lanes = 3\n")
    file.chmod(0o644)
    with_secrets().save(file)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@example(text='"\x7f\\\x00\u2028\U0001f600', interval_ms=100, threshold_ms=5e-324)
@given(
    text=st.text(st.characters(exclude_categories=["Cs"], exclude_characters="@")),
    interval_ms=st.integers(100, 5000),
    threshold_ms=st.floats(min_value=0, exclude_min=True, allow_infinity=False, allow_nan=False),
)
def test_any_text_survives_the_file(file, text, interval_ms, threshold_ms):
    before = load(
        donations_dsn="mysql://u:p%22@h/d",
        kafka_bootstrap_servers=text,
        interval_ms=interval_ms,
        threshold_ms=threshold_ms,
    )
    before.save(file)
    assert load(file).model_dump() == before.model_dump()
