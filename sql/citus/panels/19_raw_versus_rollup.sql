-- title: Rollup versus raw, distinct ±2.3 %
-- source: citus
-- draw: table
-- every: 5s
-- deadline: 15s
-- help: One customer's last whole 5 minutes, from the live rollup and from raw: the same counts and sketches, two latencies.
SELECT
    CASE source WHEN 'rollup' THEN 'live rollup' ELSE 'raw' END AS source,
    events,
    devices,
    sessions,
    round(ms::numeric, 2) AS ms,
    CASE WHEN source = 'rollup' AND events > 0 THEN round((lead(ms) OVER (ORDER BY source DESC) / nullif(ms, 0))::numeric, 1) END
        AS "× faster",
    CASE WHEN same THEN 'same' ELSE 'differ' END AS answers,
    to_char(from_time AT TIME ZONE 'UTC', 'HH24:MI') || '–' || to_char(until_time AT TIME ZONE 'UTC', 'HH24:MI')
        AS "UTC window",
    CASE WHEN NOT same THEN CASE WHEN moved THEN 'warn' ELSE 'error' END END AS flag
FROM raw_versus_rollup(%(customer_id)s) AS side
ORDER BY side.source DESC
