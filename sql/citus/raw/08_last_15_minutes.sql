-- The same question to the raw events, counted exactly. They could tell the last 15 minutes to the microsecond; to be the
-- same question, it is about the whole 5-minute buckets that these touch, 15 to 20 minutes.
WITH total AS MATERIALIZED (
    SELECT count(*) AS events, count(DISTINCT device_id) AS devices
    FROM events
    WHERE event_time >= date_bin('5 minutes', now() - interval '15 minutes', timestamptz 'epoch')
        AND event_time < date_bin('5 minutes', now(), timestamptz 'epoch') + interval '5 minutes'
)
SELECT
    label, value, NULL::numeric AS error, date_bin('5 minutes', now() - interval '15 minutes', timestamptz 'epoch') AS since
FROM total
CROSS JOIN LATERAL (VALUES (1, 'events', events), (2, 'devices', devices)) AS counted (place, label, value)
ORDER BY place
