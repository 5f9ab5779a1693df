"""Where the shipped panels stand. The user's own panels are on a page of their own."""

from __future__ import annotations

HEADLINE = ("01_donations", "02_amount", "03_best")
CITIES = "06_cities_live"
MAP = "04_map"
ORGANIZATIONS = ("05_organizations", "07_organizations_live")
TREND = "10_by_hour"
COUNTS = ("08_last_15_minutes", "11_customer_last_15_minutes", "09_last_7_days")
TOP_DEVICES = "12_top_devices"

BOARD = frozenset({*HEADLINE, CITIES, MAP, *ORGANIZATIONS, TREND, *COUNTS, TOP_DEVICES})
"""Shown at once where there is room, and polled whatever is shown."""
AUDIENCE = ("13_countries", "14_event_types", "15_browsers", "17_funnel", "16_customers")
CLUSTER = (
    "18_rollups",
    "19_raw_versus_rollup",
    "21_jobs",
    "20_partitions",
    "22_nodes",
    "24_tenants",
    "23_shards",
)
"""As the grid of `styles/` takes them, row by row."""
PIPELINE = ("25_pipeline", "26_lag", "27_batches", "28_dead_letters", "29_pipeline_errors")
"""The last one is SingleStore's alone."""

SHIPPED = BOARD | {*AUDIENCE, *CLUSTER, *PIPELINE}

BOARD_PAGES = ("donations", "clickstream", "operations")
"""Parts of the board; on a small screen one of them is shown at a time."""
PAGES = (*BOARD_PAGES, "audience", "cluster", "pipeline", "own")
"""Those after the board's stand alone on every screen; `own` has what the user has brought."""
