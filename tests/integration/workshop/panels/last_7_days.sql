SELECT
    sum(event_count)::bigint AS events,
    round(hll_cardinality(hll_union_agg(device_distinct_count)))::bigint AS devices,
    round(hll_cardinality(hll_union_agg(device_distinct_count)))::bigint AS sessions
FROM rollup_events_1hr WHERE hour >= date_trunc('day', now()) - interval '7 days'
