-- As the last 15 minutes of all, for one customer: on Citus one shard answers.
SELECT label, value, NULL::numeric AS error, since
FROM (
    SELECT
        count(*) AS events,
        count(DISTINCT device_id) AS devices,
        date_bin('5 minutes', now() - interval '15 minutes', timestamptz 'epoch') AS since
    FROM events
    WHERE customer_id = %(customer_id)s
        AND event_time >= date_bin('5 minutes', now() - interval '15 minutes', timestamptz 'epoch')
        AND event_time < date_bin('5 minutes', now(), timestamptz 'epoch') + interval '5 minutes'
) AS total
CROSS JOIN LATERAL (VALUES (1, 'events', events), (2, 'devices', devices)) AS counted (place, label, value)
ORDER BY place
