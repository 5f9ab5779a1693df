-- title: Rollups
-- source: citus
-- draw: table
-- every: 1s
-- help: How far each rollup is behind, its last run that found new events, p95 and number of such runs in 10 minutes.

-- Marked when the live tables are 5 s behind, the other two, which run once a minute, 3 minutes;
-- an error is ten times that.
SELECT
    replace(name, 'rollup_events_', '') AS rollup,
    round(behind.s::numeric, 1) AS "behind s",
    behind.events AS waiting,
    round(extract(epoch FROM clock_timestamp() - run.started_at)) AS "new s ago",
    run.events,
    run.rows,
    round(run.duration_ms::numeric, 1) AS ms,
    round(recent.p95_ms::numeric, 1) AS "p95 ms",
    recent.runs AS runs,
    CASE WHEN behind.s > 10 * allowed_s THEN 'error' WHEN behind.s > allowed_s THEN 'warn' END AS flag
FROM rollups
CROSS JOIN LATERAL (SELECT CASE name WHEN 'live' THEN 5 ELSE 180 END AS allowed_s) AS expected
CROSS JOIN LATERAL (
    SELECT greatest(coalesce(pg_sequence_last_value(event_id_sequence_name), 0) - last_aggregated_id, 0) AS events
) AS waiting
CROSS JOIN LATERAL (
    SELECT
        waiting.events,
        CASE WHEN waiting.events > 0 THEN greatest(extract(epoch FROM now() - rolled_up_until), 0) ELSE 0 END AS s
) AS behind
LEFT JOIN LATERAL (
    SELECT * FROM rollup_runs WHERE rollup_name = name ORDER BY started_at DESC LIMIT 1
) AS run ON true
CROSS JOIN LATERAL (
    SELECT count(*) AS runs, percentile_cont(0.95) WITHIN GROUP (ORDER BY duration_ms) AS p95_ms
    FROM rollup_runs
    WHERE rollup_name = name AND started_at > now() - interval '10 minutes'
) AS recent
ORDER BY allowed_s, name DESC
