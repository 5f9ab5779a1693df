-- title: Conservation
-- source: donations
-- draw: table
-- every: 1s
-- help: What the campaigns have sent, of both topics, and what became of the donations.

-- One row, over all campaigns and all lives of the topic. Loaded are donations of the campaigns that are in the table.
-- A runner that was killed could not tell of what it had sent last: of a lost campaign what is loaded was generated,
-- and what it has no report of is unknown.
SELECT s.*, r.*
FROM (
    SELECT COALESCE(SUM(m.generated), 0) AS generated, COALESCE(SUM(m.acked), 0) AS acked,
           COALESCE(SUM(m.failed), 0) AS failed,
           COALESCE(SUM(CASE WHEN m.state = 'lost' THEN m.generated - m.acked - m.failed ELSE m.`unknown` END), 0)
               AS `unknown`,
           COALESCE(SUM(m.events_generated), 0) AS events_generated, COALESCE(SUM(m.events_acked), 0) AS events_acked,
           COALESCE(SUM(m.events_failed), 0) AS events_failed, COALESCE(SUM(m.events_unknown), 0) AS events_unknown,
           COALESCE(SUM(m.loaded), 0) AS loaded
    FROM (
        SELECT c.state, c.acked, c.failed, c.`unknown`,
               c.events_generated, c.events_acked, c.events_failed, c.events_unknown,
               CASE WHEN c.state = 'lost' THEN GREATEST(c.generated, COALESCE(t.loaded, 0)) ELSE c.generated END
                   AS generated,
               COALESCE(t.loaded, 0) AS loaded
        FROM campaigns c
        LEFT JOIN (
            SELECT campaign_id, SUM(donations) AS loaded
            FROM donation_totals
            GROUP BY campaign_id
        ) t ON t.campaign_id = c.campaign_id
    ) m
) s
CROSS JOIN (
    SELECT COALESCE(SUM(CASE WHEN is_newest AND latest_offset > next_offset THEN latest_offset - next_offset ELSE 0 END), 0)
               AS lag,
           COALESCE(SUM(dead), 0) AS dead, COALESCE(SUM(lost), 0) AS lost, COALESCE(SUM(duplicates), 0) AS duplicates,
           TIMESTAMPDIFF(MICROSECOND, MAX(updated_at), UTC_TIMESTAMP(6)) / 1e6 AS silent_s
    FROM (
        SELECT next_offset, latest_offset, dead, lost, duplicates, updated_at,
               incarnation = FIRST_VALUE(incarnation) OVER (ORDER BY updated_at DESC) AS is_newest
        FROM ingest_offsets
        WHERE topic = 'donations'
    ) o
) r
