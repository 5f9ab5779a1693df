-- title: Shards by node
-- source: citus
-- draw: table
-- every: 5s
-- needs: citus
-- help: Events and rollups on each node; skew is its largest range of customers by the average range.

-- A range of customers is one shard of every table. The size of a shard is NULL while its node is away: the total then
-- looks as if the cluster had shrunk.
WITH placed AS MATERIALIZED (
    SELECT
        nodename || ':' || nodeport AS node,
        shardminvalue AS range_start,
        count(*) AS shards,
        count(*) FILTER (WHERE shard_size IS NULL) AS unknown,
        sum(shard_size) AS bytes
    FROM citus_shards
    JOIN pg_dist_shard USING (shardid)
    WHERE colocation_id = (SELECT colocationid FROM pg_dist_partition WHERE logicalrelid = 'events'::regclass)
    GROUP BY nodename, nodeport, shardminvalue
)
SELECT
    node,
    count(*) AS "shard groups",
    sum(shards)::bigint AS shards,
    pg_size_pretty(sum(bytes)) AS size,
    round(100 * sum(bytes) / nullif(sum(sum(bytes)) OVER (), 0), 1) AS "share %%",
    round(max(bytes) / nullif((SELECT avg(bytes) FROM placed), 0), 1) AS skew,
    CASE WHEN sum(unknown) > 0 THEN 'error' END AS flag
FROM placed
GROUP BY node
ORDER BY node
