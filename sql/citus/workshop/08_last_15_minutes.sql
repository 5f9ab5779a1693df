-- The workshop's question to its 5-minute rollup. A bucket counts whole: "15 minutes" are those since the bucket began
-- in which they began, 15 to 20. (The workshop's own text leaves that bucket out, and so covers 10 to 15.)
WITH total AS MATERIALIZED (
    SELECT
        coalesce(sum(event_count), 0)::bigint AS events,
        coalesce(round(hll_cardinality(hll_union_agg(device_distinct_count))), 0)::bigint AS devices
    FROM rollup_events_5min
    WHERE minute <= now() AND minute >= date_bin('5 minutes', now() - interval '15 minutes', timestamptz 'epoch')
)
SELECT
    label, value, error, date_bin('5 minutes', now() - interval '15 minutes', timestamptz 'epoch') AS since
FROM total
CROSS JOIN LATERAL (
    VALUES (1, 'events', events, NULL), (2, 'devices', devices, devices * 0.023)
) AS counted (place, label, value, error)
ORDER BY place
