"""Mistakes in the layouts of the lab and in the workshop's texts; as in mistakes.py."""

from __future__ import annotations

from tests.singlestore.mistakes import Mistakes
from tests.singlestore.sql import LAYOUTS, LIVE, WORKSHOP

BASELINE, INDEXED, SHARDED, TIMESORTED = (
    f"{LAYOUTS}{name}/010_donations.sql" for name in ("baseline", "indexed", "sharded", "timesorted")
)
SHARD = "SHARD KEY (city, transaction_id)"
PRIMARY = "PRIMARY KEY (city, transaction_id)"
CAMPAIGN = "CREATE INDEX donation_campaign ON donation_transactions (campaign_id)"
BEST = f"{WORKSHOP}03_best.sql"
WINDOW = f"{WORKSHOP}06_cities_live.sql"
LIVE_WINDOW = f"{LIVE}{WINDOW}"

MISTAKES: Mistakes = [
    ("keys_contain_the_shard_key", SHARDED, PRIMARY, "PRIMARY KEY (transaction_id)"),
    ("keys_contain_the_shard_key", SHARDED, PRIMARY, "UNIQUE KEY (transaction_id) USING HASH"),
    ("keys_contain_the_shard_key", TIMESORTED, "UNIQUE KEY (transaction_id)", "UNIQUE KEY (transaction_date)"),
    ("keys_contain_the_shard_key", BASELINE, "PRIMARY KEY (transaction_id)", "KEY (transaction_id)"),
    ("keys_contain_the_shard_key", BASELINE, "PRIMARY KEY (", "UNIQUE KEY (city), PRIMARY KEY ("),
    ("keys_contain_the_shard_key", INDEXED, CAMPAIGN, CAMPAIGN.replace("INDEX", "UNIQUE INDEX")),
    ("one_sort_key", SHARDED, SHARD, f"SORT KEY (transaction_date), {SHARD}"),
    ("one_sort_key", TIMESORTED, "CREATE TABLE", "CREATE ROWSTORE TABLE"),
    ("no_two_hash_keys_alike", INDEXED, CAMPAIGN, CAMPAIGN.replace("campaign_id", "transaction_id")),
    ("no_two_hash_keys_alike", INDEXED, CAMPAIGN, CAMPAIGN.replace("campaign_id", "transaction_date, city")),
    ("no_two_hash_keys_alike", TIMESORTED, "KEY (is_campaign_active)", "KEY (transaction_id)"),
    ("keys_of_columns", INDEXED, CAMPAIGN, CAMPAIGN.replace("campaign_id", "campaign")),
    ("keys_of_columns", TIMESORTED, "SORT KEY (transaction_date)", "SORT KEY (date)"),
    ("keys_of_columns", SHARDED, PRIMARY, "PRIMARY KEY (city, transaction_id, city)"),
    ("no_table_altered", INDEXED, CAMPAIGN, CAMPAIGN.replace("INDEX", "UNIQUE INDEX")),
    ("no_table_altered", INDEXED, CAMPAIGN, "ALTER TABLE donation_transactions ADD KEY (campaign_id)"),
    ("options_of_tables", BASELINE, ") COLLATE utf8mb4_bin", ")"),
    ("exact_columns", BASELINE, "DECIMAL(10, 2)", "DOUBLE"),
    ("in_its_dialect", BEST, "GROUP BY city", "GROUP city"),
    ("in_its_dialect", LIVE_WINDOW, "IN (SELECT campaign_id FROM", "IN (SELECT campaign_id FROM,"),
    ("restricted_words_in_quotes", BEST, "AS `value`", "AS value"),
    ("names_in_lower_case", BEST, "FROM donation_transactions", "FROM Donation_Transactions"),
    ("utc_only", WINDOW, "UTC_TIMESTAMP()", "CONVERT_TZ(UTC_TIMESTAMP(), 'UTC', 'Europe/Paris')"),
    ("utc_only", WINDOW, "UTC_TIMESTAMP()", "NOW()"),
    (
        "no_subquery_for_each_row",
        LIVE_WINDOW,
        "FROM current_campaigns)",
        "FROM current_campaigns c WHERE c.started_at <= donation_transactions.transaction_date)",
    ),
]
