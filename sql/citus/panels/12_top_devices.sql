-- title: Top devices, 30 min
-- source: citus
-- draw: bars
-- every: 1s
-- unit: events
-- help: Ten devices with most events of one customer, in the 5-minute buckets that the last 30 minutes touch.

-- Of more than 1,000 devices in a bucket the rare ones are not all counted: heavy hitters are exact.
SELECT
    item AS label,
    frequency AS value,
    date_bin('5 minutes', now() - interval '30 minutes', timestamptz 'epoch') AS since
FROM (
    SELECT topn_union_agg(top_devices_1000) AS counters
    FROM live_customers
    WHERE customer_id = %(customer_id)s AND width = '5 minutes' AND bucket <= now()
        AND bucket >= date_bin('5 minutes', now() - interval '30 minutes', timestamptz 'epoch')
) AS united
CROSS JOIN LATERAL topn(counters, 10)
ORDER BY frequency DESC, item
