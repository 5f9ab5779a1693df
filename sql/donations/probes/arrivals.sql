-- title: Donations that arrived
-- source: donations
-- draw: table
-- help: What became visible since the arrival that was seen last; from it the delay from produced to visible is taken.

-- One row with a NULL arrival_id when nothing arrived: it still says what time it is.
SELECT a.arrival_id, a.produced_at, a.donations, n.server_now
FROM (SELECT UTC_TIMESTAMP(6) AS server_now) n
LEFT JOIN donation_arrivals a ON a.arrival_id > %(after_arrival)s
ORDER BY a.arrival_id
LIMIT 900
