-- title: Top devices, 30 min
-- source: citus
-- draw: bars
-- every: 1s
-- unit: events
-- help: Ten devices with most events of one customer, in the 5-minute buckets that the last 30 minutes touch.

-- Of more than 1,000 devices in a bucket the rare ones are not all counted: heavy hitters are exact.
-- The counters are plain jsonb, added up here: uniting them into counters first takes twice the time.
SELECT
    device AS label,
    sum(events::integer) AS value,
    date_bin('5 minutes', now() - interval '30 minutes', timestamptz 'epoch') AS since
FROM live_customers
CROSS JOIN LATERAL jsonb_each_text(top_devices_1000) AS counters (device, events)
WHERE customer_id = %(customer_id)s AND width = '5 minutes' AND bucket <= now()
    AND bucket >= date_bin('5 minutes', now() - interval '30 minutes', timestamptz 'epoch')
GROUP BY device
ORDER BY value DESC, device
LIMIT 10
