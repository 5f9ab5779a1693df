"""Mistakes to plant: the rule that must find each, the file, what stands there, and what takes its place."""

from __future__ import annotations

SCHEMA = "sql/singlestore/schema"
CAMPAIGNS = f"{SCHEMA}/010_campaigns.sql"
DONATIONS = f"{SCHEMA}/020_donations.sql"
DELIVERY = f"{SCHEMA}/030_delivery.sql"
VIEWS = f"{SCHEMA}/040_views.sql"
PROCEDURE = f"{SCHEMA}/060_procedure.sql"
PIPELINE = f"{SCHEMA}/070_pipeline.sql"
STOPS = f"{SCHEMA}/075_stop_on_error.sql"
POOL = f"{SCHEMA}/080_dashboard_pool.sql"
TRACE = f"{SCHEMA}/090_event_trace.sql"
STORE = "rtdash/campaigns/store.py"
BRAKE = "rtdash/campaigns/brake.py"
PANELS = "sql/donations/panels"
PROBES = "sql/donations/probes"

MISTAKES: list[tuple[str, str, str, str]] = [
    ("keys_contain_the_shard_key", DONATIONS, "SHARD KEY (transaction_id)", "SHARD KEY (city, transaction_id)"),
    (
        "keys_contain_the_shard_key",
        DONATIONS,
        "PRIMARY KEY (`second`, campaign_id, city, organization)",
        "PRIMARY KEY (`second`, campaign_id, city)",
    ),
    ("one_sort_key", DONATIONS, "SORT KEY (transaction_date),", "SORT KEY (transaction_date),\n    SORT KEY (city),"),
    ("one_sort_key", CAMPAIGNS, "    SHARD KEY (campaign_id),", "    SORT KEY (started_at),"),
    (
        "no_two_hash_keys_alike",
        DONATIONS,
        "UNIQUE KEY (transaction_id) USING HASH",
        "UNIQUE KEY (transaction_id) USING HASH,\n    KEY ids (transaction_id) USING HASH",
    ),
    (
        "nothing_altered_that_cannot_be",
        VIEWS,
        "DROP VIEW IF EXISTS donation_window;",
        "ALTER TABLE donation_transactions ADD UNIQUE KEY (city);\nDROP VIEW IF EXISTS donation_window;",
    ),
    (
        "nothing_altered_that_cannot_be",
        VIEWS,
        "DROP VIEW IF EXISTS donation_window;",
        "ALTER TABLE donation_transactions MODIFY city VARCHAR(99);\nDROP VIEW IF EXISTS donation_window;",
    ),
    (
        "updates_by_key",
        PROCEDURE,
        "BEGIN\n",
        "BEGIN\n    UPDATE donation_transactions SET is_campaign_active = 0;\n",
    ),
    ("updates_by_key", STORE, " WHERE campaign_id = %s AND `state` IN %s AND NOT is_stop_wanted", " WHERE wanted = %s"),
    ("one_statement_at_once", BRAKE, "(SELECT COUNT(*) FROM campaigns", "1; SELECT (SELECT COUNT(*) FROM campaigns"),
    ("names_in_lower_case", f"{PANELS}/01_donations.sql", "donation_totals t", "Donation_Totals t"),
    (
        "no_insert_ignore_with_update",
        PROCEDURE,
        "INSERT INTO donation_totals",
        "INSERT IGNORE INTO donation_totals",
    ),
    ("no_auto_increment", DONATIONS, "arrival_id  BIGINT      NOT NULL", "arrival_id  BIGINT AUTO_INCREMENT NOT NULL"),
    ("exact_columns", DONATIONS, "total_amount       DECIMAL(10, 2)", "total_amount       DOUBLE"),
    ("exact_columns", DONATIONS, "produced_at DATETIME(6)", "produced_at DATETIME(3)"),
    (
        "information_schema_alone",
        f"{PROBES}/conservation.sql",
        "CROSS JOIN donation_delivery d",
        "CROSS JOIN donation_delivery d\nCROSS JOIN information_schema.PIPELINES_CURSORS p",
    ),
    ("utc_only", f"{PROBES}/campaigns.sql", "UTC_TIMESTAMP(6) AS server_now", "NOW(6) AS server_now"),
    (
        "utc_only",
        f"{PROBES}/campaigns.sql",
        "c.started_at,",
        "CONVERT_TZ(c.started_at, 'UTC', 'Europe/Paris') AS started,",
    ),
    ("utc_only", STORE, "heartbeat_at = UTC_TIMESTAMP(6)", "heartbeat_at = CURRENT_TIMESTAMP(6)"),
    (
        "no_activities_often",
        f"{PANELS}/01_donations.sql",
        "FROM current_campaigns c",
        "FROM information_schema.MV_ACTIVITIES c",
    ),
    (
        "no_subquery_for_each_row",
        f"{PROBES}/campaigns.sql",
        "COALESCE(t.loaded, 0) AS loaded",
        "(SELECT SUM(d.donations) FROM donation_totals d WHERE d.campaign_id = c.campaign_id) AS loaded",
    ),
    (
        "a_unions_limit_in_brackets",
        f"{PROBES}/arrivals.sql",
        "UTC_TIMESTAMP(6)\n) u",
        "UTC_TIMESTAMP(6)\n    LIMIT 900\n) u",
    ),
    (
        "nothing_locked",
        STORE,
        "SELECT `state`, rate_per_s FROM campaigns WHERE campaign_id = %s",
        "SELECT 1 FOR UPDATE",
    ),
    ("created_again_and_again", DONATIONS, "CREATE TABLE IF NOT EXISTS", "CREATE TABLE"),
    ("created_again_and_again", VIEWS, "DROP VIEW IF EXISTS donation_window;", ""),
    ("created_again_and_again", VIEWS, "CREATE VIEW donation_window", "CREATE OR REPLACE VIEW donation_window"),
    ("created_again_and_again", POOL, "-- may fail\n", ""),
    ("queries_in_its_dialect", f"{PANELS}/03_best.sql", "GROUP BY t.city", "GROUP t.city"),
    ("restricted_words_in_quotes", f"{PANELS}/03_best.sql", "AS `value`", "AS value"),
    ("restricted_words_in_quotes", CAMPAIGNS, "    `state`  ", "    state  "),
    ("restricted_words_in_quotes", STORE, "SET `state` = %s, started_at", "SET state = %s, started_at"),
    ("mapping_in_step", PIPELINE, "total_amount <- total_amount", "total_amount <- amount"),
    ("mapping_in_step", PIPELINE, "    longitude <- longitude DEFAULT NULL,\n", ""),
    ("mapping_in_step", PIPELINE, "message <- %%", "donor <- donor DEFAULT NULL,\n    message <- %%"),
    ("mapping_in_step", PIPELINE, "city <- city DEFAULT NULL", "city <- city"),
    (
        "mapping_in_step",
        PROCEDURE,
        "transaction_id LONGTEXT, city LONGTEXT,",
        "city LONGTEXT, transaction_id LONGTEXT,",
    ),
    ("texts_of_any_length", PROCEDURE, "city LONGTEXT, latitude LONGTEXT", "city VARCHAR(64), latitude LONGTEXT"),
    ("texts_of_any_length", PROCEDURE, "city LONGTEXT, latitude DOUBLE", "city TEXT, latitude DOUBLE"),
    ("texts_of_any_length", PROCEDURE, "campaign_id LONGTEXT", "campaign_id BIGINT"),
    ("stops_on_errors", STOPS, "STOP_ON_ERROR ON", "STOP_ON_ERROR OFF"),
    ("batches_are_short", PIPELINE, "BATCH_INTERVAL 100\n", ""),
    ("batches_are_short", PIPELINE, "BATCH_INTERVAL 100", "BATCH_INTERVAL 2500"),
    ("topic_of_the_producer", PIPELINE, "%(kafka_source)s", "'kafka:9092/retails'"),
    (
        "topic_of_the_producer",
        PROCEDURE,
        "SELECT 'pipeline', 'donations', -1, 0, 0,",
        "SELECT 'pipeline', 'retails', -1, 0, 0,",
    ),
    ("no_errors_skipped", PIPELINE, "SKIP PARSER ERRORS", "SKIP DUPLICATE KEY ERRORS"),
    ("no_errors_skipped", PIPELINE, "SKIP PARSER ERRORS", "SKIP ALL ERRORS"),
    ("body_is_set_based", PROCEDURE, "BEGIN\n", "BEGIN\n    CREATE TABLE fresh (id BIGINT);\n"),
    ("body_is_set_based", PROCEDURE, "BEGIN\n", "BEGIN\n    START TRANSACTION;\n"),
    ("body_is_set_based", PROCEDURE, "BEGIN\n", "BEGIN\n    FOR row IN COLLECT(checked) LOOP\n    END LOOP;\n"),
    ("body_is_set_based", PROCEDURE, "(batch QUERY(", "(dry_run TINYINT, batch QUERY("),
    ("each_donation_once", PROCEDURE, "PARTITION BY v.reason, v.transaction_id", "PARTITION BY v.message"),
    ("each_donation_once", PROCEDURE, "ON k.transaction_id = v.transaction_id", "ON FALSE"),
    (
        "each_donation_once",
        PROCEDURE,
        "WHERE c.reason IS NULL AND c.copy_number = 1 AND c.known_id IS NULL\n    GROUP BY c.campaign_id",
        "WHERE c.reason IS NULL\n    GROUP BY c.campaign_id",
    ),
    ("checks_in_step", PROCEDURE, "'Béziers', ", ""),
    ("checks_in_step", PROCEDURE, "'SunriseAid'", "'Sunrise'"),
    ("checks_in_step", PROCEDURE, "BETWEEN 1 AND 4194303", "BETWEEN 1 AND 99"),
    ("checks_in_step", PROCEDURE, "<= 1000000", "<= 10000"),
    ("checks_in_step", PROCEDURE, "< '2100-01-01", "< '2030-01-01"),
    ("pools_bound_the_dashboard_alone", POOL, "SET QUERY_TIMEOUT = 6", "SET QUERY_TIMEOUT = 0.2"),
    (
        "exactly_once",
        f"{SCHEMA}/050_exactly_once.sql",
        "exactly_once = ON",
        "exactly_once = OFF",
    ),
    ("trace_of_what_is_slow", TRACE, "Duration_threshold_ms = 200", "Duration_threshold_ms = 1000"),
    ("trace_of_what_is_slow", TRACE, "-- may fail\nDROP EVENT TRACE Query_completion;\n", ""),
]
