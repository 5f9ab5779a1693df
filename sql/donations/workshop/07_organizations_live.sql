-- Amount for each organisation over the last 28 s: whole seconds, of which the newest is still filling.
SELECT organization AS `label`, SUM(total_amount) AS `value`
FROM donation_transactions
WHERE is_campaign_active = 1
  AND transaction_date >= UTC_TIMESTAMP() - INTERVAL 27 SECOND
GROUP BY organization
ORDER BY `value` DESC, `label`
