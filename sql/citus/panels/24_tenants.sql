-- title: Hottest customers
-- source: citus
-- draw: table
-- every: 5s
-- needs: citus_stat_statements
-- help: Customers by queries for one shard.

-- The time is that of each statement on average, by the customer's calls. Without pg_read_all_stats it is one's own only.
-- DISTINCT: a statement that was run both by a client and within a function is there twice.
WITH tenants AS (
    SELECT DISTINCT queryid, userid, dbid, executor, partition_key, calls
    FROM citus_stat_statements
    WHERE partition_key IS NOT NULL
        AND dbid = (SELECT oid FROM pg_database WHERE datname = current_database())
),
statements AS (
    SELECT queryid, userid, dbid, sum(total_exec_time) / nullif(sum(calls), 0) AS mean_ms
    FROM pg_stat_statements
    GROUP BY queryid, userid, dbid
)
SELECT
    partition_key AS customer,
    sum(calls)::bigint AS calls,
    round((sum(calls * mean_ms) / 1000)::numeric, 1) AS "time s",
    round((sum(calls * mean_ms) / nullif(sum(calls), 0))::numeric, 2) AS "ms a call",
    round(100 * sum(calls) / sum(sum(calls)) OVER (), 1) AS "share %%"
FROM tenants
LEFT JOIN statements USING (queryid, userid, dbid)
GROUP BY partition_key
ORDER BY sum(calls) DESC, partition_key
LIMIT 20
