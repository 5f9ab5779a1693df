"""The workshop's texts: one for each donation panel, and asked of the current campaigns."""

from __future__ import annotations

from pathlib import Path

import pytest

from rtdash.errors import PanelError
from rtdash.panels import catalog, texts

SEVEN = (
    "01_donations", "02_amount", "03_best", "04_map", "05_organizations", "06_cities_live", "07_organizations_live",
)  # fmt: skip


@pytest.fixture
def shelf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of texts in place of the shipped ones."""
    monkeypatch.setattr(texts, "sql_folder", lambda *_: tmp_path)
    return tmp_path


def test_each_of_the_seven_is_a_panel_of_ours():
    assert texts.workshop_panels() == SEVEN
    panels = {spec.id: spec for spec in catalog.load() if not spec.is_probe}
    assert {panels[name].source for name in SEVEN} == {"donations"}


@pytest.mark.parametrize("name", SEVEN)
def test_a_text_is_one_query_of_the_active_donations(name):
    text = texts.workshop_text(name)
    assert text.startswith("SELECT ")
    assert text.count("FROM donation_transactions") == 1
    assert text.count("is_campaign_active = 1") == 1
    assert ";" not in text
    assert "%" not in text, "a % would be a variable to the driver"


@pytest.mark.parametrize("name", SEVEN)
def test_live_it_asks_of_the_current_campaigns(name):
    live = texts.live_text(name)
    assert "campaign_id IN (SELECT campaign_id FROM current_campaigns)" in live
    assert "is_campaign_active" not in live
    assert ("FROM donation_window" in live) == name.endswith("_live")
    assert "UTC_TIMESTAMP" not in live


@pytest.mark.parametrize(
    "query",
    [
        "SELECT COUNT(*) FROM donation_transactions",
        "SELECT COUNT(*) FROM donation_transactions WHERE is_campaign_active=1",
        "SELECT COUNT(*) FROM donation_transactions WHERE is_campaign_active = 1 AND is_campaign_active = 1",
        "SELECT COUNT(*) FROM donation_transactions WHERE is_campaign_active = 1 AND NOT is_campaign_active",
        "SELECT COUNT(*) FROM t WHERE is_campaign_active = 1 AND transaction_date > UTC_TIMESTAMP(6) - INTERVAL 1 DAY",
    ],
)
def test_what_cannot_be_exchanged_is_said(shelf, query):
    (shelf / "mine.sql").write_text(query)
    with pytest.raises(PanelError, match=r"mine\.sql:1: allowed: `is_campaign_active = 1`, once"):
        texts.live_text("mine")


@pytest.mark.usefixtures("shelf")
def test_a_panel_without_a_text_of_the_workshop():
    with pytest.raises(PanelError, match=r"08_last_15_minutes\.sql:1: cannot be read: "):
        texts.workshop_text("08_last_15_minutes")
    assert texts.workshop_panels() == ()


def test_its_comment_is_not_sent(shelf):
    (shelf / "mine.sql").write_text("-- What it says.\n\nSELECT 1\n")
    assert texts.workshop_text("mine") == "SELECT 1"
