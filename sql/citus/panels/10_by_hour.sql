-- title: Clickstream by hour
-- source: citus
-- draw: line
-- every: 5s
-- help: Events, distinct devices and sessions (±2.3 %) in each of the last 48 whole hours and in the current one.
SELECT
    hour AS at,
    coalesce(event_count, 0) AS events,
    coalesce(round(hll_cardinality(device_distinct_count)), 0)::bigint AS devices,
    coalesce(round(hll_cardinality(session_distinct_count)), 0)::bigint AS sessions
FROM generate_series(
    date_bin('1 hour', now(), timestamptz 'epoch') - interval '48 hours', now(), interval '1 hour'
) AS hour
LEFT JOIN live_totals ON width = '1 hour' AND bucket = hour
ORDER BY hour
