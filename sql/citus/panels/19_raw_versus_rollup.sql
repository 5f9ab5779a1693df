-- title: Rollup versus raw events
-- source: citus
-- draw: table
-- every: 5s
-- deadline: 15s
-- help: One customer's last whole 5 minutes, from the rollup and from the raw events: one answer, two latencies.
SELECT
    source,
    events,
    devices,
    sessions,
    round(ms::numeric, 2) AS ms,
    CASE source WHEN 'rollup' THEN round((lead(ms) OVER (ORDER BY source DESC) / nullif(ms, 0))::numeric, 1) END
        AS "× faster",
    to_char(from_time AT TIME ZONE 'UTC', 'HH24:MI') || '–' || to_char(until_time AT TIME ZONE 'UTC', 'HH24:MI "UTC"')
        AS "window",
    CASE WHEN same THEN 'same' ELSE 'differ' END AS answers,
    CASE WHEN NOT same THEN CASE WHEN moved THEN 'warn' ELSE 'error' END END AS flag
FROM raw_versus_rollup(%(customer_id)s)
ORDER BY source DESC
