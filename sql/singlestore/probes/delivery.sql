-- title: Delivery
-- source: donations
-- draw: table
-- every: 500ms
-- help: Lag of the donations topic, messages that the pipeline could not read, and whether it runs.

-- One row, whatever there is. These views cannot be read together with tables: what the procedure has counted, its dead
-- letters among it, is told by the probe of conservation; dead is what is no JSON, as long as the server keeps it.
-- The lag is NULL while the offsets of a partition are. silent_s and unseen_s are 0 while the pipeline runs, which asks
-- Kafka for the ends; after an error silent_s is its age, and NULL where nobody tells since when nothing is loaded.
-- A batch that fails is tried again while the state is Running, and Kafka may be away: until one is loaded the lag is not
-- known. Who goes on failing logs an error at least once a minute; after that whatever failed is over, loaded or not.
SELECT d.`lag`, d.`dead`, NULL AS `lost`, NULL AS `duplicates`,
       CASE d.`state` WHEN 'running' THEN 0 WHEN 'error' THEN UNIX_TIMESTAMP() - d.`failed_at` END AS `silent_s`,
       CASE WHEN d.`state` = 'running' AND d.`lag` IS NOT NULL THEN 0 END AS `unseen_s`,
       COALESCE(CONCAT('pipeline ', d.`state`), 'no pipeline seen') AS `trouble`
FROM (
    SELECT c.`lag`, e.`dead`, e.`failed_at`,
           CASE WHEN p.`state` = 'Running' AND e.`failed_at` > COALESCE(b.`loaded_at`, 0)
                     AND e.`failed_at` > UNIX_TIMESTAMP() - 60 THEN 'failing' ELSE LOWER(p.`state`) END AS `state`
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
        -- Each once, as panels/25_pipeline.sql says.
        SELECT SUM(CASE WHEN ERROR_TYPE = 'Warning' AND LOAD_DATA_LINE IS NOT NULL AND LOAD_DATA_LINE <> ''
                        THEN 1 ELSE 0 END) AS `dead`,
               MAX(CASE WHEN ERROR_TYPE = 'Error' THEN ERROR_UNIX_TIMESTAMP END) AS `failed_at`
        FROM information_schema.PIPELINES_ERRORS
        WHERE DATABASE_NAME = DATABASE() AND PIPELINE_NAME = 'donations' AND LEFT(ERROR_MESSAGE, 10) <> 'LEAF ERROR'
    ) e
    CROSS JOIN (
        SELECT MAX(UNIX_TIMESTAMP(START_TIME) + BATCH_TIME) AS `loaded_at`
        FROM information_schema.PIPELINES_BATCHES_SUMMARY
        WHERE DATABASE_NAME = DATABASE() AND PIPELINE_NAME = 'donations' AND BATCH_STATE = 'Succeeded'
    ) b
) d
