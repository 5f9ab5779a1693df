-- Amount of the active campaign for each organisation.
SELECT organization AS `label`, SUM(total_amount) AS `value`
FROM donation_transactions
WHERE is_campaign_active = 1
GROUP BY organization
ORDER BY `value` DESC, `label`
