-- As the last 15 minutes of all, for one customer: on Citus one shard answers.
SELECT label, value, error, since
FROM (
    SELECT
        coalesce(sum(event_count), 0)::bigint AS events,
        coalesce(round(hll_cardinality(hll_union_agg(device_distinct_count))), 0)::bigint AS devices,
        date_bin('5 minutes', now() - interval '15 minutes', timestamptz 'epoch') AS since
    FROM rollup_events_5min
    WHERE customer_id = %(customer_id)s
        AND minute <= now() AND minute >= date_bin('5 minutes', now() - interval '15 minutes', timestamptz 'epoch')
) AS total
CROSS JOIN LATERAL (
    VALUES (1, 'events', events, NULL), (2, 'devices', devices, devices * 0.023)
) AS counted (place, label, value, error)
ORDER BY place
