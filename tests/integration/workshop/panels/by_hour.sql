SELECT hour, sum(event_count)::bigint FROM rollup_events_1hr
WHERE hour >= date_trunc('day', now()) - interval '2 days' GROUP BY hour
