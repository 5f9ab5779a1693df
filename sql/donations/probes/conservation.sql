-- title: Conservation
-- source: donations
-- draw: table
-- every: 1s
-- help: What the campaigns have sent, of both topics, and what became of the donations.

-- One row, over all campaigns and all lives of the topic. Loaded are donations of the campaigns that are in the table.
SELECT s.*, l.loaded, r.*
FROM (
    SELECT COALESCE(SUM(generated), 0) AS generated, COALESCE(SUM(acked), 0) AS acked,
           COALESCE(SUM(failed), 0) AS failed, COALESCE(SUM(`unknown`), 0) AS `unknown`,
           COALESCE(SUM(events_generated), 0) AS events_generated, COALESCE(SUM(events_acked), 0) AS events_acked,
           COALESCE(SUM(events_failed), 0) AS events_failed, COALESCE(SUM(events_unknown), 0) AS events_unknown
    FROM campaigns
) s
CROSS JOIN (
    SELECT COALESCE(SUM(t.donations), 0) AS loaded
    FROM campaigns c
    JOIN donation_totals t ON t.campaign_id = c.campaign_id
) l
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
