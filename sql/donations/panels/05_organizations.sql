-- title: Amount by organisation
-- source: donations
-- draw: bars
-- unit: eur
-- help: Amount of the current campaigns for each organisation.
SELECT t.organization AS `label`, CAST(SUM(t.amount) AS DECIMAL(18, 2)) AS `value`
FROM current_campaigns c
JOIN donation_totals t ON t.campaign_id = c.campaign_id
GROUP BY t.organization
ORDER BY `value` DESC, `label`
