-- title: Total amount
-- source: donations
-- draw: stat
-- unit: eur
-- help: Sum of the donations of the current campaigns, exact to the cent.
SELECT CASE WHEN COUNT(c.campaign_id) > 0 THEN CAST(COALESCE(SUM(t.amount), 0) AS DECIMAL(18, 2)) END AS `value`
FROM current_campaigns c
LEFT JOIN donation_totals t ON t.campaign_id = c.campaign_id
