-- The workshop's question to its hourly rollup: the last 48 whole hours and the current one, in order and without gaps.
-- (The workshop's own text begins at midnight, 48 to 72 hours ago, has no order, and leaves out hours without events.)
WITH kept AS MATERIALIZED (
    SELECT
        hour,
        sum(event_count)::bigint AS events,
        round(hll_cardinality(hll_union_agg(device_distinct_count)))::bigint AS devices,
        round(hll_cardinality(hll_union_agg(session_distinct_count)))::bigint AS sessions
    FROM rollup_events_1hr
    WHERE hour <= now() AND hour >= date_bin('1 hour', now(), timestamptz 'epoch') - interval '48 hours'
    GROUP BY hour
)
SELECT
    hour AS at,
    coalesce(events, 0) AS events,
    coalesce(devices, 0) AS devices,
    coalesce(sessions, 0) AS sessions
FROM generate_series(
    date_bin('1 hour', now(), timestamptz 'epoch') - interval '48 hours', now(), interval '1 hour'
) AS hour
LEFT JOIN kept USING (hour)
ORDER BY hour
