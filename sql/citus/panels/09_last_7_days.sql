-- title: Last 7 days
-- source: citus
-- draw: counts
-- every: 1s
-- help: Events, distinct devices and distinct sessions of all customers in the hours that the last 7 days touch.
SELECT label, value, error, since
FROM (
    SELECT
        coalesce(sum(event_count), 0)::bigint AS events,
        coalesce(round(hll_cardinality(hll_union_agg(device_distinct_count))), 0)::bigint AS devices,
        coalesce(round(hll_cardinality(hll_union_agg(session_distinct_count))), 0)::bigint AS sessions,
        date_bin('1 hour', now() - interval '7 days', timestamptz 'epoch') AS since
    FROM live_totals
    WHERE width = '1 hour' AND bucket <= now()
        AND bucket >= date_bin('1 hour', now() - interval '7 days', timestamptz 'epoch')
) AS total
-- One standard error of HyperLogLog with 2^11 registers: 1.04 / sqrt(2048).
CROSS JOIN LATERAL (
    VALUES
        (1, 'events', events, NULL),
        (2, 'devices', devices, devices * 0.023),
        (3, 'sessions', sessions, sessions * 0.023)
) AS counted (place, label, value, error)
ORDER BY place
