"""Mistakes in what reads and writes rows; as in mistakes.py."""

from __future__ import annotations

from tests.singlestore.mistakes import CAMPAIGNS, DONATIONS, PANELS, PROBES, PROCEDURE, STORE, VIEW, VIEWS, Mistakes

STATE = "sql/singlestore/pipeline/state.sql"

MISTAKES: Mistakes = [
    *(
        ("written_by_key", PROCEDURE, "BEGIN\n", f"BEGIN\n    {written};\n")
        for written in (
            "UPDATE donation_transactions SET is_campaign_active = 0",
            "UPDATE `donation_transactions` SET is_campaign_active = 0",
            "UPDATE donation_transactions t SET is_campaign_active = 0",
            "update donation_transactions set is_campaign_active = 0",
            "UPDATE donation_transactions SET is_campaign_active = 0 WHERE campaign_id = 1 OR transaction_id = 1",
            "UPDATE donation_transactions SET is_campaign_active = 0 WHERE NOT transaction_id = 1",
            "UPDATE donation_transactions SET is_campaign_active = 0 WHERE transaction_id = transaction_id",
            "UPDATE donation_transactions SET is_campaign_active = 0 WHERE transaction_id < 9",
            "DELETE FROM donation_totals",
            "delete from `donation_totals` where donations = 0",
        )
    ),
    ("written_by_key", STORE, " WHERE campaign_id = %s AND `state` IN %s AND NOT is_stop_wanted", " WHERE wanted = %s"),
    ("updated_where_they_are", STORE, "SET rate_per_s = %s", "SET campaign_id = %s"),
    ("updated_where_they_are", STORE, "UPDATE campaigns SET rate_per_s = %s", "UPDATE campaigns SET campaign_id = %s"),
    (
        "updated_where_they_are",
        STORE,
        '"UPDATE campaigns SET rate_per_s = %s WHERE campaign_id = %s AND `state` IN %s"',
        '"UPDATE campaigns SET rate_per_s = %s WHERE campaign_id = %s LIMIT 1"',
    ),
    (
        "upserts_in_rowstore",
        DONATIONS,
        "CREATE ROWSTORE TABLE IF NOT EXISTS donation_totals",
        "CREATE TABLE IF NOT EXISTS donation_totals",
    ),
    (
        "upserts_in_rowstore",
        PROCEDURE,
        "amount = amount + VALUES(amount);\n\n    INSERT INTO donation_seconds",
        "`city` = values(city);\n\n    INSERT INTO donation_seconds",
    ),
    ("information_schema_alone", VIEW, "MV_TRACE_EVENTS\n", "MV_TRACE_EVENTS CROSS JOIN campaigns\n"),
    (
        "information_schema_alone",
        f"{PROBES}/conservation.sql",
        "CROSS JOIN donation_delivery d",
        "CROSS JOIN donation_delivery d\nCROSS JOIN information_schema.PIPELINES_CURSORS p",
    ),
    (
        "information_schema_alone",
        VIEWS,
        "FROM campaigns c\nCROSS JOIN (",
        "FROM campaigns c\nCROSS JOIN information_schema.PIPELINES_CURSORS p\nCROSS JOIN (",
    ),
    (
        "information_schema_alone",
        PROCEDURE,
        "    FROM checked c\n    WHERE",
        "    FROM checked c\n    CROSS JOIN INFORMATION_SCHEMA.PIPELINES p\n    WHERE",
    ),
    (
        "information_schema_alone",
        f"{PANELS}/01_donations.sql",
        "SELECT CASE",
        "WITH x AS (SELECT 1 AS a FROM information_schema.PIPELINES CROSS JOIN campaigns)\nSELECT CASE",
    ),
    ("no_credentials_read", STATE, "SELECT `STATE`", "SELECT *"),
    ("no_credentials_read", STATE, "SELECT `STATE`", "SELECT PIPELINES.*"),
    ("no_credentials_read", STATE, "SELECT `STATE`", "SELECT `STATE`, config_json"),
    (
        "no_credentials_read",
        STATE,
        "SELECT `STATE`",
        "WITH p AS (SELECT * FROM information_schema.PIPELINES)\nSELECT `STATE`",
    ),
    (
        "no_credentials_read",
        "rtdash/sources/pipeline.py",
        "SHOW VARIABLES LIKE 'pipelines_stored_proc_exactly_once'",
        "SHOW CREATE PIPELINE donations",
    ),
    (
        "no_subquery_for_each_row",
        VIEWS,
        "SELECT c.*\n",
        "SELECT c.*, (SELECT SUM(d.donations) FROM donation_totals d WHERE d.campaign_id = c.campaign_id) AS loaded\n",
    ),
    (
        "no_subquery_for_each_row",
        PROCEDURE,
        "    LEFT JOIN donation_transactions k ON k.transaction_id = v.transaction_id;",
        "    WHERE NOT EXISTS (SELECT 1 FROM donation_transactions k WHERE k.transaction_id = v.transaction_id);",
    ),
    (
        "no_subquery_for_each_row",
        PROCEDURE,
        ";\nEND",
        " AND EXISTS (SELECT 1 FROM campaigns z WHERE z.campaign_id = c.campaign_id);\nEND",
    ),
    (
        "no_subquery_for_each_row",
        f"{PROBES}/campaigns.sql",
        "COALESCE(t.loaded, 0) AS loaded",
        "(SELECT SUM(d.donations) FROM donation_totals d WHERE d.campaign_id = c.campaign_id) AS loaded",
    ),
    (
        "outer_joins_by_equality",
        f"{PANELS}/01_donations.sql",
        "ON t.campaign_id = c.campaign_id",
        "ON t.campaign_id > c.campaign_id AND t.city = 'Pau'",
    ),
    ("outer_joins_by_equality", PROCEDURE, "ON k.transaction_id = v.transaction_id", "ON FALSE"),
    (
        "a_unions_limit_in_brackets",
        VIEWS,
        "FROM ingest_offsets o\n",
        "FROM (SELECT * FROM ingest_offsets UNION ALL SELECT * FROM ingest_offsets LIMIT 1) o\n",
    ),
    (
        "a_unions_limit_in_brackets",
        f"{PROBES}/arrivals.sql",
        "UTC_TIMESTAMP(6)\n) u",
        "UTC_TIMESTAMP(6)\n    LIMIT 900\n) u",
    ),
    ("in_its_dialect", f"{PANELS}/03_best.sql", "GROUP BY t.city", "GROUP t.city"),
    ("restricted_words_in_quotes", f"{PANELS}/03_best.sql", "AS `value`", "AS value"),
    ("restricted_words_in_quotes", CAMPAIGNS, "    `state`  ", "    state  "),
    ("restricted_words_in_quotes", STORE, "SET `state` = %s, started_at", "SET state = %s, started_at"),
    ("restricted_words_in_quotes", VIEW, "`TIME`", "TIME"),
    ("restricted_words_in_quotes", VIEWS, "SELECT c.*", "SELECT c.*, 1 AS value"),
    ("restricted_words_in_quotes", PROCEDURE, "FROM received", "FROM batch"),
    (
        "restricted_words_in_quotes",
        PROCEDURE,
        "`partition_id`, message_offset, payload",
        "partition, message_offset, payload",
    ),
    (
        "restricted_words_in_quotes",
        f"{PANELS}/01_donations.sql",
        "SELECT CASE",
        "WITH x AS (SELECT 1 AS value FROM campaigns)\nSELECT CASE",
    ),
    ("in_its_dialect", PROCEDURE, "GROUP BY s.moment", "GROUP s.moment"),
    ("in_its_dialect", VIEWS, "CROSS JOIN (", "CROSS JOIN"),
]
