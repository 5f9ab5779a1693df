-- title: Conservation
-- source: donations
-- draw: table
-- every: 1s
-- help: What the campaigns have sent, of both topics, and what became of the donations.

-- One row, over all campaigns and all lives of the topic. Loaded are donations of the campaigns that are in the table.
-- Until a campaign has ended its account is behind what it has sent, and one whose runner was killed stays so: what is
-- loaded of it was generated, and, while it runs, acknowledged but for what is unknown. Of a lost one, what has no
-- report is unknown.
SELECT s.*, d.`lag`, d.dead, d.lost, d.duplicates, d.unseen_s,
       (SELECT COUNT(*) FROM dead_letters WHERE topic = 'donations' AND replayed_at IS NOT NULL) AS replayed
FROM (
    SELECT COALESCE(SUM(m.generated), 0) AS generated, COALESCE(SUM(m.acked), 0) AS acked,
           COALESCE(SUM(m.failed), 0) AS failed,
           COALESCE(SUM(CASE WHEN m.state = 'lost' THEN m.generated - m.acked - m.failed ELSE m.`unknown` END), 0)
               AS `unknown`,
           COALESCE(SUM(m.events_generated), 0) AS events_generated, COALESCE(SUM(m.events_acked), 0) AS events_acked,
           COALESCE(SUM(m.events_failed), 0) AS events_failed, COALESCE(SUM(m.events_unknown), 0) AS events_unknown,
           COALESCE(SUM(m.loaded), 0) AS loaded
    FROM (
        SELECT c.state, c.failed, c.`unknown`,
               c.events_generated, c.events_acked, c.events_failed, c.events_unknown,
               CASE WHEN c.state = 'ended' THEN c.generated
                    ELSE GREATEST(c.generated, COALESCE(t.loaded, 0) + c.failed) END AS generated,
               CASE WHEN c.state IN ('running', 'stopping')
                    THEN GREATEST(c.acked, COALESCE(t.loaded, 0) - c.`unknown`) ELSE c.acked END AS acked,
               COALESCE(t.loaded, 0) AS loaded
        FROM campaigns c
        LEFT JOIN (
            SELECT campaign_id, SUM(donations) AS loaded
            FROM donation_totals
            GROUP BY campaign_id
        ) t ON t.campaign_id = c.campaign_id
    ) m
) s
CROSS JOIN donation_delivery d
