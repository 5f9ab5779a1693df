"""Every shipped panel parses, stands on the screen, and asks for nothing that the dashboard does not know."""

from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path

import pytest

from rtdash import app
from rtdash.errors import PanelError
from rtdash.model.engine import Engine
from rtdash.model.visibility import COVERED_BY
from rtdash.panels import catalog
from rtdash.panels.spec import PanelSpec
from rtdash.resources import sql_folder
from rtdash.screens import layout

VARIABLES = {"customer_id", "after_arrival"}
GOOD = "-- title: Mine\n-- source: {source}\n-- draw: stat\nSELECT 1 AS value\n"


@pytest.fixture(scope="module", params=list(Engine))
def engine(request: pytest.FixtureRequest) -> Engine:
    return request.param


@pytest.fixture(scope="module")
def shipped(engine: Engine) -> tuple[PanelSpec, ...]:
    return catalog.load(engine=engine)


@pytest.fixture
def own(tmp_path: Path) -> Path:
    for source in ("citus", "donations"):
        (tmp_path / source).mkdir()
    return tmp_path


def write(own: Path, source: str, name: str, content: str | None = None) -> Path:
    file = own / source / f"{name}.sql"
    file.write_text(GOOD.format(source=source) if content is None else content)
    return file


# ── the shipped ones ──────────────────────────────────────────────────────────────────────────────────────────────────


def test_every_shipped_file_is_a_panel_or_a_probe(shipped, engine):
    folders = [sql_folder(name) for name in ("donations", engine.lower(), "citus")]
    files = {file for folder in folders for kind in ("panels", "probes") for file in folder.glob(f"{kind}/*.sql")}
    assert {spec.path for spec in shipped} == files
    assert {spec.path.parent.name for spec in shipped if spec.is_probe} == {"probes"}
    assert {spec.path.parent.name for spec in shipped if not spec.is_probe} == {"panels"}


def test_the_screen_places_every_shipped_panel_and_no_other(shipped, engine):
    singlestores_own = set() if engine is Engine.SINGLESTORE else {"29_pipeline_errors"}
    assert {spec.id for spec in shipped if not spec.is_probe} == layout.SHIPPED - singlestores_own
    placed = [*layout.HEADLINE, layout.CITIES, layout.MAP, *layout.ORGANIZATIONS, layout.TREND, *layout.COUNTS]
    placed += [layout.TOP_DEVICES, *layout.AUDIENCE, *layout.CLUSTER, *layout.PIPELINE]
    assert sorted(placed) == sorted(layout.SHIPPED), "each once"


def test_the_panels_are_numbered_without_a_gap(shipped, engine):
    numbers = sorted(int(spec.id.split("_")[0]) for spec in shipped if not spec.is_probe)
    assert numbers == list(range(1, 30 if engine is Engine.SINGLESTORE else 29))


def test_every_probe_is_asked_for_by_name_and_every_name_is_a_probe(shipped):
    folder = Path(app.__file__).parent
    text = "".join(file.read_text() for file in (folder / "app.py", *sorted((folder / "screens").glob("*.py"))))
    asked = set(re.findall(r'(?:records\(|probe == |store\[|states\[|states\.get\()"(\w+)"', text))
    assert asked == {spec.id for spec in shipped if spec.is_probe}
    assert COVERED_BY in layout.SHIPPED


def test_shipped_panels_ask_only_for_variables_of_the_dashboard(shipped):
    asked = {name for spec in shipped for name in re.findall(r"%\((\w+)\)s", spec.sql)}
    assert asked == VARIABLES
    for spec in shipped:
        assert "%" not in re.sub(r"%\(\w+\)s|%%", "", spec.sql), f"{spec.path}: the driver reads a lone % as a variable"


def test_shipped_panels_say_what_they_are(shipped):
    for spec in shipped:
        assert spec.help.endswith("."), spec.path
        assert spec.sql.upper().startswith(("SELECT", "WITH", "--")), spec.path
        assert ";" not in re.sub(r"--.*|'[^']*'", "", spec.sql), f"{spec.path}: one statement"


def test_probes_come_before_the_panels_that_they_cover(shipped):
    ids = [spec.id for spec in shipped]
    assert ids.index("arrivals") < ids.index(COVERED_BY)


# ── the user's own ────────────────────────────────────────────────────────────────────────────────────────────────────


def test_own_panels_are_no_different(own, shipped, engine):
    write(own, "citus", "mine")
    write(own, "donations", "ours")
    (own / "citus" / "notes.txt").write_text("no panel")
    specs = catalog.load(own, engine)
    added = [spec for spec in specs if spec not in shipped]
    assert [(spec.id, spec.source, spec.is_probe) for spec in added] == [
        ("ours", "donations", False),
        ("mine", "citus", False),
    ]
    assert len(specs) == len(shipped) + 2


def test_own_panels_come_in_the_order_of_their_names(own):
    for name in ("b", "c", "a"):
        write(own, "citus", name)
    ids = [spec.id for spec in catalog.load(own) if spec.path.is_relative_to(own)]
    assert all(one < other for one, other in pairwise(ids))
    assert len(ids) == 3


def test_a_folder_with_one_source_only(tmp_path):
    (tmp_path / "citus").mkdir()
    write(tmp_path, "citus", "mine")
    assert any(spec.id == "mine" for spec in catalog.load(tmp_path))


def test_a_folder_that_is_missing_is_named(tmp_path):
    with pytest.raises(PanelError, match="none: panels_folder: there is no such folder"):
        catalog.load(tmp_path / "none")


def test_a_panel_in_the_wrong_folder(own):
    file = write(own, "donations", "mine", GOOD.format(source="citus"))
    with pytest.raises(PanelError) as caught:
        catalog.load(own)
    assert str(caught.value) == f"{file}:2: source: allowed in this folder: donations"


@pytest.mark.parametrize(
    ("source", "name"),
    [("citus", "08_last_15_minutes"), ("donations", "08_last_15_minutes"), ("citus", "arrivals"), ("citus", "26_lag")],
)
def test_a_panel_with_the_name_of_a_shipped_one(own, source, name):
    file = write(own, source, name)
    with pytest.raises(PanelError) as caught:
        catalog.load(own)
    assert str(caught.value).startswith(f"{file}:1: ")
    assert f"{name}.sql has the same name" in str(caught.value)


def test_two_own_panels_with_one_name(own):
    first, second = write(own, "donations", "mine"), write(own, "citus", "mine")
    with pytest.raises(PanelError) as caught:
        catalog.load(own)
    assert str(caught.value) == f"{second}:1: {first} has the same name; a panel's name must be unique"


def test_a_wrong_header_of_an_own_panel_is_named_with_its_line(own):
    file = write(own, "citus", "mine", "-- title: Mine\n-- colour: red\nSELECT 1")
    with pytest.raises(PanelError) as caught:
        catalog.load(own)
    assert str(caught.value).startswith(f"{file}:2: 'colour' is not a key; allowed: title, ")
