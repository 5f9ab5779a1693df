-- title: Partitions of the raw events
-- source: citus
-- draw: table
-- every: 5s
-- help: Partitions of a day, how far they reach, and events outside: ▲ one ahead would stop pg_partman's own upkeep.
SELECT what, value, flag
FROM (
    SELECT
        count(*) FILTER (WHERE NOT is_default) AS partitions,
        min(from_time) AS from_time,
        max(until_time) AS until_time
    FROM event_partitions
) AS made
LEFT JOIN retention ON table_name = 'events'
CROSS JOIN events_outside_partitions(10000) AS outside (events)
CROSS JOIN LATERAL (
    VALUES
        (1, 'partitions', partitions::text, CASE WHEN partitions = 0 THEN 'error' END),
        (
            2, 'ahead until', to_char(until_time AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI "UTC"'),
            CASE WHEN until_time < now() THEN 'error' WHEN until_time < now() + interval '1 day' THEN 'warn' END
        ),
        (
            3, 'oldest kept', to_char(from_time AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI "UTC"'),
            CASE WHEN from_time < now() - keep - interval '3 days' THEN 'warn' END
        ),
        (
            4, 'events outside',
            to_char(least(events, 10000), 'FM99,990') || CASE WHEN events > 10000 THEN '+' ELSE '' END,
            CASE WHEN events > 0 THEN 'warn' END
        ),
        (5, 'made by', event_partitions_made_by(), NULL),
        (6, 'retention', keep::text, NULL)
) AS facts (place, what, value, flag)
ORDER BY place
