-- Sum of the donations of the active campaign.
SELECT COALESCE(SUM(total_amount), 0) AS `value`
FROM donation_transactions
WHERE is_campaign_active = 1
