-- The same question to the raw events, counted exactly: the last 48 whole hours and the current one.
WITH counted AS MATERIALIZED (
    SELECT
        date_bin('1 hour', event_time, timestamptz 'epoch') AS hour,
        count(*) AS events,
        count(DISTINCT device_id) AS devices,
        count(DISTINCT session_id) AS sessions
    FROM events
    WHERE event_time >= date_bin('1 hour', now(), timestamptz 'epoch') - interval '48 hours'
        AND event_time < date_bin('1 hour', now(), timestamptz 'epoch') + interval '1 hour'
    GROUP BY 1
)
SELECT
    hour AS at,
    coalesce(events, 0) AS events,
    coalesce(devices, 0) AS devices,
    coalesce(sessions, 0) AS sessions
FROM generate_series(
    date_bin('1 hour', now(), timestamptz 'epoch') - interval '48 hours', now(), interval '1 hour'
) AS hour
LEFT JOIN counted USING (hour)
ORDER BY hour
