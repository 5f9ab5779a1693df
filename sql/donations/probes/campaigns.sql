-- title: Campaigns
-- source: donations
-- draw: table
-- help: The campaigns that run or are planned and the latest others, twelve in all, with what has arrived of each.
SELECT c.campaign_id, c.name, c.state, c.cities, c.rate_per_s, c.real_rate_per_s,
       c.generated, c.acked, c.failed, c.`unknown`,
       COALESCE(t.loaded, 0) AS loaded, CAST(COALESCE(t.raised, 0) AS DECIMAL(18, 2)) AS raised,
       c.starts_at, c.ends_at, c.wanted, c.started_at, c.ended_at,
       TIMESTAMPDIFF(MICROSECOND, c.heartbeat_at, UTC_TIMESTAMP(6)) / 1e6 AS heartbeat_age_s,
       c.visit_fraction, c.note, UTC_TIMESTAMP(6) AS server_now
FROM (
    SELECT *
    FROM campaigns
    ORDER BY CASE WHEN `state` IN ('planned', 'running', 'stopping') THEN 0 ELSE 1 END, campaign_id DESC
    LIMIT 12
) c
LEFT JOIN (
    SELECT campaign_id, SUM(donations) AS loaded, SUM(amount) AS raised
    FROM donation_totals
    GROUP BY campaign_id
) t ON t.campaign_id = c.campaign_id
ORDER BY CASE WHEN c.state IN ('planned', 'running', 'stopping') THEN 0 ELSE 1 END, c.campaign_id DESC
