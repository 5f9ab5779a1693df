-- title: Last 15 minutes
-- source: citus
-- draw: counts
-- help: Events and distinct devices of all customers in the 5-minute buckets that the last 15 minutes touch.
SELECT label, value, error, since
FROM (
    SELECT
        coalesce(sum(event_count), 0)::bigint AS events,
        coalesce(round(hll_cardinality(hll_union_agg(device_distinct_count))), 0)::bigint AS devices,
        date_bin('5 minutes', now() - interval '15 minutes', timestamptz 'epoch') AS since
    FROM live_totals
    WHERE width = '5 minutes' AND bucket <= now()
        AND bucket >= date_bin('5 minutes', now() - interval '15 minutes', timestamptz 'epoch')
) AS total
-- One standard error of HyperLogLog with 2^11 registers: 1.04 / sqrt(2048).
CROSS JOIN LATERAL (
    VALUES (1, 'events', events, NULL), (2, 'devices', devices, devices * 0.023)
) AS counted (place, label, value, error)
ORDER BY place
