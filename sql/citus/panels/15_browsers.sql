-- title: Browsers, last hour
-- source: citus
-- draw: bars
-- every: 1s
-- unit: events
-- help: Events of one customer by browser, in the 5-minute buckets that the last hour touches.
SELECT
    coalesce(value, 'unknown') AS label,
    sum(event_count)::bigint AS value,
    date_bin('5 minutes', now() - interval '1 hour', timestamptz 'epoch') AS since
FROM live_breakdowns
WHERE customer_id = %(customer_id)s AND dimension = 'browser' AND width = '5 minutes' AND bucket <= now()
    AND bucket >= date_bin('5 minutes', now() - interval '1 hour', timestamptz 'epoch')
GROUP BY 1
ORDER BY 2 DESC, 1
LIMIT 20
