-- title: Last 28 s by organisation
-- source: donations
-- draw: bars
-- unit: eur
-- help: Amount for each organisation over the last 28 s, or the last 28 s before the end.
SELECT s.organization AS `label`, CAST(SUM(s.amount) AS DECIMAL(18, 2)) AS `value`
FROM current_campaigns c
JOIN donation_seconds s ON s.campaign_id = c.campaign_id
WHERE s.`second` > COALESCE(
    -- donation_window, spelt out: MariaDB makes a range of a constant, not of a view.
    (SELECT UTC_TIMESTAMP(6) FROM campaigns WHERE `state` IN ('running', 'stopping') LIMIT 1),
    (SELECT MAX(ended_at) FROM campaigns)
) - INTERVAL 28 SECOND
GROUP BY s.organization
ORDER BY `value` DESC, `label`
