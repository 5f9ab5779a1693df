-- title: Nodes
-- source: citus
-- draw: table
-- every: 30s
-- deadline: 20s
-- needs: citus
-- help: Each node, how many of the others reach it (of those that could be asked), and its shards.

-- A result is NULL when the asking node did not answer: that says nothing of the node that it was to reach.
WITH health AS MATERIALIZED (
    SELECT
        to_nodename AS nodename, to_nodeport AS nodeport,
        count(*) FILTER (WHERE result) AS reached, count(result) AS asked
    FROM citus_check_cluster_node_health()
    GROUP BY to_nodename, to_nodeport
)
SELECT
    node.nodename || ':' || node.nodeport AS node,
    CASE WHEN node.groupid = 0 THEN 'coordinator' ELSE 'worker' END
        || CASE WHEN node.noderole::text = 'primary' THEN '' ELSE ', ' || node.noderole::text END AS role,
    node.isactive AS active,
    coalesce(health.reached, 0) || ' of ' || coalesce(health.asked, 0) AS "reached by",
    coalesce(placed.shards, 0) AS shards,
    CASE
        WHEN NOT node.isactive THEN 'warn'
        WHEN coalesce(health.reached, 0) = 0 OR health.reached < health.asked THEN 'error'
    END AS flag
FROM pg_dist_node AS node
LEFT JOIN health USING (nodename, nodeport)
LEFT JOIN (
    SELECT groupid, count(*) AS shards FROM pg_dist_placement WHERE shardstate = 1 GROUP BY groupid
) AS placed USING (groupid)
ORDER BY node.groupid, node.noderole, node.nodename, node.nodeport
