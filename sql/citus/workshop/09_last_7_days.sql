-- The workshop's question to its hourly rollup: the 7 days since the hour began in which they began, up to an hour more.
-- (The workshop's own text begins at midnight, 7 to 8 days ago, and counts devices once more where it says sessions.)
WITH total AS MATERIALIZED (
    SELECT
        coalesce(sum(event_count), 0)::bigint AS events,
        coalesce(round(hll_cardinality(hll_union_agg(device_distinct_count))), 0)::bigint AS devices,
        coalesce(round(hll_cardinality(hll_union_agg(session_distinct_count))), 0)::bigint AS sessions
    FROM rollup_events_1hr
    WHERE hour <= now() AND hour >= date_bin('1 hour', now() - interval '7 days', timestamptz 'epoch')
)
SELECT label, value, error, date_bin('1 hour', now() - interval '7 days', timestamptz 'epoch') AS since
FROM total
CROSS JOIN LATERAL (
    VALUES
        (1, 'events', events, NULL),
        (2, 'devices', devices, devices * 0.023),
        (3, 'sessions', sessions, sessions * 0.023)
) AS counted (place, label, value, error)
ORDER BY place
