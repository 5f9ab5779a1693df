"""Mistakes to plant: the rule that must find each, the file, what stands there, and what takes its place. Here those of
tables and statements; query_mistakes.py and pipeline_mistakes.py have the others.
"""

from __future__ import annotations

SCHEMA = "sql/singlestore/schema"
CAMPAIGNS = f"{SCHEMA}/010_campaigns.sql"
DONATIONS = f"{SCHEMA}/020_donations.sql"
VIEWS = f"{SCHEMA}/040_views.sql"
PROCEDURE = f"{SCHEMA}/060_procedure.sql"
POOL = f"{SCHEMA}/080_dashboard_pool.sql"
TRACE = f"{SCHEMA}/090_event_trace.sql"
STORE = "rtdash/campaigns/store.py"
BRAKE = "rtdash/campaigns/brake.py"
VIEW = "rtdash/sources/views/donations.py"
PANELS = "sql/donations/panels"
PROBES = "sql/donations/probes"
WINDOW = "DROP VIEW IF EXISTS donation_window;"

Mistakes = list[tuple[str, str, str, str]]

MISTAKES: Mistakes = [
    ("keys_contain_the_shard_key", DONATIONS, "SHARD KEY (transaction_id)", "SHARD KEY (city, transaction_id)"),
    (
        "keys_contain_the_shard_key",
        DONATIONS,
        "PRIMARY KEY (`second`, campaign_id, city, organization)",
        "PRIMARY KEY (`second`, campaign_id, city)",
    ),
    ("keys_contain_the_shard_key", DONATIONS, "    SHARD KEY (transaction_id),\n", ""),
    ("keys_contain_the_shard_key", DONATIONS, "SHARD KEY (transaction_id)", "SHARD KEY ()"),
    ("keys_contain_the_shard_key", DONATIONS, "    SHARD KEY (arrival_id),\n", ""),
    ("keys_contain_the_shard_key", DONATIONS, "city               VARCHAR(64)    NOT NULL", "city VARCHAR(64) UNIQUE"),
    ("keys_contain_the_shard_key", DONATIONS, "SORT KEY (transaction_date)", "constraint one unique (city)"),
    ("options_of_tables", CAMPAIGNS, ") COLLATE utf8mb4_bin", ") DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin"),
    ("options_of_tables", CAMPAIGNS, ") COLLATE utf8mb4_bin", ")"),
    ("options_of_tables", CAMPAIGNS, ") COLLATE utf8mb4_bin", ") ENGINE = InnoDB COLLATE utf8mb4_bin"),
    ("one_sort_key", DONATIONS, "SORT KEY (transaction_date),", "SORT KEY (transaction_date),\n    SORT KEY (city),"),
    ("one_sort_key", CAMPAIGNS, "    SHARD KEY (campaign_id),", "    SORT KEY (started_at),"),
    (
        "no_two_hash_keys_alike",
        DONATIONS,
        "UNIQUE KEY (transaction_id) USING HASH",
        "UNIQUE KEY (transaction_id) USING HASH,\n    KEY ids (transaction_id) USING HASH",
    ),
    (
        "no_table_altered",
        VIEWS,
        WINDOW,
        f"ALTER TABLE donation_transactions ADD UNIQUE KEY (city);\n{WINDOW}",
    ),
    (
        "no_table_altered",
        VIEWS,
        WINDOW,
        f"ALTER TABLE donation_transactions MODIFY city VARCHAR(99);\n{WINDOW}",
    ),
    ("no_table_altered", VIEWS, WINDOW, f"ALTER TABLE campaigns ADD COLUMN a INT;\n{WINDOW}"),
    ("no_table_altered", VIEWS, WINDOW, f"ALTER TABLE campaigns ADD COLUMN IF NOT EXISTS a INT;\n{WINDOW}"),
    ("no_table_altered", VIEWS, WINDOW, f"drop table if exists donation_totals;\n{WINDOW}"),
    ("no_table_altered", VIEWS, WINDOW, f"CREATE INDEX i ON dead_letters (reason);\n{WINDOW}"),
    ("one_statement_at_once", BRAKE, "(SELECT COUNT(*) FROM campaigns", "1; SELECT (SELECT COUNT(*) FROM campaigns"),
    ("names_in_lower_case", f"{PANELS}/01_donations.sql", "JOIN donation_totals t", "join Donation_totals t"),
    ("names_in_lower_case", f"{PANELS}/01_donations.sql", "donation_totals t", "Donation_Totals t"),
    (
        "no_insert_ignore_with_update",
        PROCEDURE,
        "INSERT INTO donation_totals",
        "INSERT IGNORE INTO donation_totals",
    ),
    ("no_insert_ignore_with_update", PROCEDURE, "INSERT INTO donation_totals", "insert ignore into donation_totals"),
    ("no_auto_increment", DONATIONS, "arrival_id  BIGINT      NOT NULL", "arrival_id  BIGINT AUTO_INCREMENT NOT NULL"),
    ("exact_columns", DONATIONS, "total_amount       DECIMAL(10, 2)", "total_amount       DOUBLE"),
    ("exact_columns", DONATIONS, "produced_at DATETIME(6)", "produced_at datetime(3)"),
    ("exact_columns", DONATIONS, "produced_at DATETIME(6)", "produced_at DATETIME(3)"),
    ("utc_only", f"{PROBES}/campaigns.sql", "UTC_TIMESTAMP(6) AS server_now", "NOW(6) AS server_now"),
    (
        "utc_only",
        f"{PROBES}/campaigns.sql",
        "c.started_at,",
        "CONVERT_TZ(c.started_at, 'UTC', 'Europe/Paris') AS started,",
    ),
    ("utc_only", VIEWS, "UTC_TIMESTAMP(6)", "now(6)"),
    ("utc_only", STORE, "heartbeat_at = UTC_TIMESTAMP(6)", "heartbeat_at = CURRENT_TIMESTAMP(6)"),
    (
        "no_activities_often",
        f"{PANELS}/01_donations.sql",
        "FROM current_campaigns c",
        "FROM information_schema.MV_ACTIVITIES c",
    ),
    ("no_activities_often", VIEW, "MV_TRACE_EVENTS", "MV_ACTIVITIES"),
    ("utc_only", VIEW, "information_schema.MV_TRACE_EVENTS", "dead_letters"),
    (
        "nothing_locked",
        STORE,
        "SELECT `state`, rate_per_s FROM campaigns WHERE campaign_id = %s",
        "SELECT 1 FOR UPDATE",
    ),
    ("created_again_and_again", DONATIONS, "CREATE TABLE IF NOT EXISTS", "CREATE TABLE"),
    ("created_again_and_again", VIEWS, WINDOW, ""),
    ("created_again_and_again", VIEWS, "CREATE VIEW donation_window", "CREATE OR REPLACE VIEW donation_window"),
    (
        "nothing_locked",
        f"{PANELS}/01_donations.sql",
        "ON t.campaign_id = c.campaign_id",
        "using (campaign_id) for update",
    ),
    ("created_again_and_again", CAMPAIGNS, "CREATE ROWSTORE TABLE IF NOT EXISTS", "create rowstore table"),
    ("created_again_and_again", TRACE, "-- optional:", "-- without it:"),
    ("created_again_and_again", POOL, "-- may fail\n", ""),
]
