-- title: Best city and organisation
-- source: donations
-- draw: stat
-- unit: eur
-- help: The pair of city and organisation with the largest amount in the current campaigns.
SELECT CAST(SUM(t.amount) AS DECIMAL(18, 2)) AS `value`, CONCAT(t.city, ' · ', t.organization) AS `label`
FROM current_campaigns c
JOIN donation_totals t ON t.campaign_id = c.campaign_id
GROUP BY t.city, t.organization
ORDER BY `value` DESC, `label`
LIMIT 1
