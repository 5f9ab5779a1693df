SELECT coalesce(sum(event_count), 0)::bigint FROM rollup_events_5min WHERE minute >= now() - interval '15 minutes'
