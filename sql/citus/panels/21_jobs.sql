-- title: Scheduled jobs
-- source: citus
-- draw: table
-- every: 5s
-- help: Who runs the workshop's rollups and the upkeep of partitions, when they last ran, and what came of it.
SELECT
    job,
    schedule,
    run_by AS "run by",
    round(extract(epoch FROM clock_timestamp() - last_run)) AS "ran s ago",
    status,
    round(ms::numeric, 1) AS ms,
    message,
    flag
FROM scheduled_jobs()
ORDER BY place
