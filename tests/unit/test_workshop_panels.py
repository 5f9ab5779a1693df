"""Stand-ins ask by the workshop's SQL in the place of seven panels, and are told from them everywhere."""

from __future__ import annotations

import re

import pytest

from rtdash.panels import catalog
from rtdash.panels.header import parse
from rtdash.panels.spec import PanelSpec
from rtdash.panels.texts import live_text, workshop_panels
from rtdash.panels.workshop import DEADLINE_S, stand_ins

OURS = {spec.id: spec for spec in catalog.load()}


@pytest.fixture(scope="module")
def made() -> tuple[PanelSpec, ...]:
    return stand_ins(OURS.values())


def test_each_panel_with_a_text_of_the_workshop_has_one(made):
    assert tuple(spec.stands_for for spec in made) == workshop_panels()
    assert stand_ins(spec for spec in OURS.values() if spec.source == "citus") == ()


def test_it_looks_like_the_panel_in_whose_place_it_is_shown(made):
    for spec in made:
        ours = OURS[spec.stands_for]
        assert (spec.draw, spec.unit, spec.source, spec.every) == (ours.draw, ours.unit, ours.source, ours.every)
        assert (spec.sql, spec.deadline) == (live_text(ours.id), DEADLINE_S)
        assert spec.title == f"Workshop's: {ours.title}"
        assert spec.path.is_file()
        assert (spec.place, ours.place) == (ours.id, ours.id)


def test_no_file_of_a_user_can_have_its_name_or_say_that_it_stands_in(made):
    pattern = PanelSpec.model_fields["id"].metadata[0].pattern
    assert not [spec.id for spec in made if re.search(pattern, spec.id)]
    with pytest.raises(Exception, match="'stands_for' is not a key"):
        parse(made[0].path, "-- title: Mine\n-- stands_for: 01_donations\nSELECT 1")


def test_it_is_asked_apart_but_not_meant_to_be_heavy(made):
    assert all(spec.is_apart and not spec.is_heavy for spec in made)
    assert not any(spec.is_apart for spec in OURS.values() if spec.source == "donations")
