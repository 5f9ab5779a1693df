-- title: Delivery
-- source: donations
-- draw: table
-- every: 500ms
-- help: Lag of the donations topic, messages that the pipeline could not read, and whether it runs.

-- One row, whatever there is. These views cannot be read together with tables: what the procedure has counted, its dead
-- letters among it, is told by the probe of conservation; dead is what is no JSON, as long as the server keeps it.
-- The lag is NULL while the offsets of a partition are. silent_s and unseen_s are 0 while the pipeline runs, which asks
-- Kafka for the ends; after an error silent_s is its age, and NULL where nobody tells since when nothing runs.
SELECT c.`lag`, e.`dead`, NULL AS `lost`, NULL AS `duplicates`,
       CASE WHEN p.`state` = 'Running' THEN 0
            WHEN p.`state` = 'Error' THEN UNIX_TIMESTAMP() - e.`last_at` END AS `silent_s`,
       CASE WHEN p.`state` = 'Running' AND c.`lag` IS NOT NULL THEN 0 END AS `unseen_s`,
       CASE WHEN p.`state` IS NULL THEN 'no pipeline seen' ELSE CONCAT('pipeline ', LOWER(p.`state`)) END AS `trouble`
FROM (
    SELECT MAX(`STATE`) AS `state`
    FROM information_schema.PIPELINES
    WHERE DATABASE_NAME = DATABASE() AND PIPELINE_NAME = 'donations'
) p
CROSS JOIN (
    SELECT CASE WHEN COUNT(LATEST_OFFSET - CURSOR_OFFSET) = COUNT(*)
                THEN SUM(GREATEST(LATEST_OFFSET - CURSOR_OFFSET, 0)) END AS `lag`
    FROM information_schema.PIPELINES_CURSORS
    WHERE DATABASE_NAME = DATABASE() AND PIPELINE_NAME = 'donations'
) c
CROSS JOIN (
    -- What a leaf has told the aggregator is there twice.
    SELECT SUM(CASE WHEN ERROR_TYPE = 'Warning' AND LOAD_DATA_LINE IS NOT NULL AND LOAD_DATA_LINE <> ''
                         AND LEFT(ERROR_MESSAGE, 10) <> 'LEAF ERROR' THEN 1 ELSE 0 END) AS `dead`,
           MAX(CASE WHEN ERROR_TYPE = 'Error' THEN ERROR_UNIX_TIMESTAMP END) AS `last_at`
    FROM information_schema.PIPELINES_ERRORS
    WHERE DATABASE_NAME = DATABASE() AND PIPELINE_NAME = 'donations'
) e
