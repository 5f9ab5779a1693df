-- What became visible since the arrival that was seen last; one row with a NULL arrival_id when nothing did.
SELECT a.arrival_id, a.produced_at, a.donations, n.server_now
FROM (SELECT UTC_TIMESTAMP(6) AS server_now) n
LEFT JOIN donation_arrivals a ON a.arrival_id > %(after_arrival)s
ORDER BY a.arrival_id
