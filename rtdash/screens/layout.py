"""Where the shipped panels stand. The user's own panels are on a page of their own."""

from __future__ import annotations

HEADLINE = ("01_donations", "02_amount", "03_best")
CITIES = "06_cities_live"
MAP = "04_map"
ORGANIZATIONS = ("05_organizations", "07_organizations_live")
TREND = "10_by_hour"
COUNTS = ("08_last_15_minutes", "11_customer_last_15_minutes", "09_last_7_days")
TOP_DEVICES = "12_top_devices"

SHIPPED = frozenset({*HEADLINE, CITIES, MAP, *ORGANIZATIONS, TREND, *COUNTS, TOP_DEVICES})

PAGES = ("donations", "clickstream", "operations", "own")
"""On a small screen one page is shown at a time; `own` is a page of its own on every screen."""
