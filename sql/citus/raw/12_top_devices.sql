-- The same question to the raw events, counted exactly: in the whole 5-minute buckets that the last 30 minutes touch.
SELECT
    device_id::text AS label,
    count(*) AS value,
    date_bin('5 minutes', now() - interval '30 minutes', timestamptz 'epoch') AS since
FROM events
WHERE customer_id = %(customer_id)s AND device_id IS NOT NULL
    AND event_time >= date_bin('5 minutes', now() - interval '30 minutes', timestamptz 'epoch')
    AND event_time < date_bin('5 minutes', now(), timestamptz 'epoch') + interval '5 minutes'
GROUP BY device_id
ORDER BY value DESC, label
LIMIT 10
