-- title: Donations
-- source: donations
-- draw: stat
-- unit: donations
-- help: Donations of the current campaigns that are in the database. A dash: there never was a campaign.
SELECT CASE WHEN COUNT(c.campaign_id) > 0 THEN COALESCE(SUM(t.donations), 0) END AS `value`
FROM current_campaigns c
LEFT JOIN donation_totals t ON t.campaign_id = c.campaign_id
