-- title: Customers, last hour
-- source: citus
-- draw: table
-- every: 2s
-- help: Customers by events in the 5-minute buckets that the last hour touches; ± is one standard error.

-- On Citus every shard sums up its own customers, and the coordinator ranks them.
WITH visited AS MATERIALIZED (
    SELECT
        customer_id,
        sum(event_count)::bigint AS events,
        round(hll_cardinality(hll_union_agg(device_distinct_count)))::bigint AS devices,
        round(hll_cardinality(hll_union_agg(session_distinct_count)))::bigint AS sessions
    FROM live_customers
    WHERE width = '5 minutes' AND bucket <= now()
        AND bucket >= date_bin('5 minutes', now() - interval '1 hour', timestamptz 'epoch')
    GROUP BY customer_id
)
SELECT
    coalesce(organization.name, 'customer ' || customer_id) AS customer,
    events,
    round(100 * events / sum(events) OVER (), 1) AS "share %%",
    devices AS "devices ±2.3 %%",
    sessions AS "sessions ±2.3 %%",
    date_bin('5 minutes', now() - interval '1 hour', timestamptz 'epoch') AS since
FROM visited
LEFT JOIN (
    VALUES (1, 'SmileFund'), (2, 'WarmHearts'), (3, 'PureJoy'), (4, 'SunriseAid')
) AS organization (customer_id, name) USING (customer_id)
ORDER BY events DESC, customer_id
LIMIT 100
