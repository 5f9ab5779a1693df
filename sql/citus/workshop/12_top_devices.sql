-- The workshop's question to its 5-minute rollup, whose TopN keeps 1,000 devices of a group and of what is united: where
-- there are more, those of the list are exact when they come often, and too low when not. A bucket counts whole: 30 to 35
-- minutes. (The workshop's own text cuts to the day: since 23:30 of yesterday.)
SELECT
    item AS label,
    frequency AS value,
    date_bin('5 minutes', now() - interval '30 minutes', timestamptz 'epoch') AS since
FROM (
    SELECT topn_union_agg(top_devices_1000) AS counters
    FROM rollup_events_5min
    WHERE customer_id = %(customer_id)s
        AND minute <= now() AND minute >= date_bin('5 minutes', now() - interval '30 minutes', timestamptz 'epoch')
) AS united
CROSS JOIN LATERAL topn(counters, 10)
ORDER BY value DESC, label
