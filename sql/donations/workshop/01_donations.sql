-- Donations of the active campaign, counted.
SELECT COUNT(*) AS `value`
FROM donation_transactions
WHERE is_campaign_active = 1
