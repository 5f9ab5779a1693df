SELECT item, frequency FROM (
    SELECT topn_union_agg(top_devices_1000) AS counters FROM rollup_events_5min
    WHERE minute >= date_trunc('day', now()) - interval '30 minutes' AND customer_id = 1
) AS united CROSS JOIN LATERAL topn(counters, 10)
