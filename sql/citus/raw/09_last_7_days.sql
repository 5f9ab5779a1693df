-- The same question to the raw events, counted exactly: in the whole hours that the last 7 days touch.
WITH total AS MATERIALIZED (
    SELECT count(*) AS events, count(DISTINCT device_id) AS devices, count(DISTINCT session_id) AS sessions
    FROM events
    WHERE event_time >= date_bin('1 hour', now() - interval '7 days', timestamptz 'epoch')
        AND event_time < date_bin('1 hour', now(), timestamptz 'epoch') + interval '1 hour'
)
SELECT label, value, NULL::numeric AS error, date_bin('1 hour', now() - interval '7 days', timestamptz 'epoch') AS since
FROM total
CROSS JOIN LATERAL (
    VALUES (1, 'events', events), (2, 'devices', devices), (3, 'sessions', sessions)
) AS counted (place, label, value)
ORDER BY place
