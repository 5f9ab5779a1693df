"""Mistakes in the pipeline, its procedure and pools; as in mistakes.py."""

from __future__ import annotations

from tests.singlestore.mistakes import POOL, PROCEDURE, SCHEMA, TRACE, VIEWS, Mistakes

PIPELINE = f"{SCHEMA}/070_pipeline.sql"
STOPS = f"{SCHEMA}/075_stop_on_error.sql"
POOL_OF_PIPELINE = f"{SCHEMA}/085_pipeline_pool.sql"

MISTAKES: Mistakes = [
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
    ("one_of_each", STOPS, "STOP_ON_ERROR ON", "STOP_ON_ERROR OFF"),
    ("batches_are_short", PIPELINE, "BATCH_INTERVAL 100\n", ""),
    ("batches_are_short", PIPELINE, "BATCH_INTERVAL 100", "BATCH_INTERVAL 2500"),
    ("one_of_each", PIPELINE, "%(kafka_source)s", "'kafka:9092/retails'"),
    (
        "names_in_step",
        PROCEDURE,
        "SELECT 'pipeline', 'donations', -1, 0, 0,",
        "SELECT 'pipeline', 'retails', -1, 0, 0,",
    ),
    ("parse_errors_alone_skipped", PIPELINE, "SKIP PARSER ERRORS", "SKIP DUPLICATE KEY ERRORS"),
    ("parse_errors_alone_skipped", PIPELINE, "SKIP PARSER ERRORS", "SKIP ALL ERRORS"),
    ("body_is_set_based", PROCEDURE, "BEGIN\n", "BEGIN\n    CREATE TABLE fresh (id BIGINT);\n"),
    ("body_is_set_based", PROCEDURE, "BEGIN\n", "BEGIN\n    START TRANSACTION;\n"),
    ("body_is_set_based", PROCEDURE, "BEGIN\n", "BEGIN\n    FOR row IN COLLECT(checked) LOOP\n    END LOOP;\n"),
    ("body_is_set_based", PROCEDURE, "(received QUERY(", "(dry_run TINYINT, received QUERY("),
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
    ("pools_bound_the_dashboard_alone", POOL, "QUERY_TIMEOUT = 6", "query_timeout = 4"),
    (
        "pools_bound_the_dashboard_alone",
        POOL_OF_PIPELINE,
        "POOL rtdash_pipeline SET ",
        "POOL rtdash_pipeline SET QUERY_TIMEOUT = 60, ",
    ),
    ("batches_are_short", PIPELINE, "BATCH_INTERVAL 100", "BATCH_INTERVAL 0"),
    ("parse_errors_alone_skipped", PIPELINE, "SKIP PARSER ERRORS\n", ""),
    ("parse_errors_alone_skipped", PIPELINE, "SKIP PARSER ERRORS", "IGNORE ALL ERRORS"),
    ("parse_errors_alone_skipped", PIPELINE, "SKIP PARSER ERRORS", "skip parser errors replace"),
    ("names_in_step", PIPELINE, "INTO PROCEDURE ingest_donations", "INTO PROCEDURE ingest_donation"),
    ("names_in_step", PIPELINE, "INTO PROCEDURE ingest_donations", "INTO TABLE donation_transactions"),
    ("names_in_step", VIEWS, "o.topic = 'donations'", "o.topic = 'retails'"),
    (
        "names_in_step",
        "sql/singlestore/probes/delivery.sql",
        "PIPELINE_NAME = 'donations'",
        "PIPELINE_NAME = 'retails'",
    ),
    ("body_is_set_based", PROCEDURE, "BEGIN\n", "BEGIN\n    drop table donation_totals;\n"),
    ("body_is_set_based", PROCEDURE, "BEGIN\n", "BEGIN\n    rows = collect(checked);\n"),
    ("each_donation_once", PROCEDURE, "           COUNT(c.reason),\n", "           0,\n"),
    ("each_donation_once", PROCEDURE, "WHERE c.reason IS NOT NULL;", "WHERE c.reason IS NULL;"),
    ("each_donation_once", PROCEDURE, "AND (c.copy_number > 1 OR c.known_id IS NOT NULL)", "AND c.copy_number > 1"),
    ("one_of_each", f"{SCHEMA}/050_exactly_once.sql", "exactly_once = ON", "exactly_once = OFF"),
    *(
        ("one_of_each", f"{SCHEMA}/{file}", statement, "SELECT 1;")
        for file, statement in (
            ("050_exactly_once.sql", "SET GLOBAL pipelines_stored_proc_exactly_once = ON;"),
            ("075_stop_on_error.sql", "ALTER PIPELINE donations STOP_ON_ERROR ON;"),
            ("080_dashboard_pool.sql", "CREATE RESOURCE POOL rtdash_dashboard WITH QUERY_TIMEOUT = 6;"),
            ("085_pipeline_pool.sql", "ALTER PIPELINE donations SET RESOURCE POOL rtdash_pipeline;"),
        )
    ),
    ("one_of_each", POOL_OF_PIPELINE, "SET RESOURCE POOL rtdash_pipeline", "SET RESOURCE POOL rtdash_dashboard"),
    ("one_of_each", POOL, "CREATE RESOURCE POOL rtdash_dashboard", "CREATE RESOURCE POOL rtdash_dashbord"),
    ("one_of_each", PIPELINE, "CREATE PIPELINE IF NOT EXISTS donations", "CREATE PIPELINE IF NOT EXISTS retails"),
    ("one_of_each", PROCEDURE, "PROCEDURE ingest_donations", "PROCEDURE ingest_donation"),
    ("one_of_each", TRACE, "Duration_threshold_ms = 200", "Duration_threshold_ms = 1000"),
    ("one_of_each", TRACE, "CREATE EVENT", "DROP EVENT TRACE Query_completion;\nCREATE EVENT"),
]
