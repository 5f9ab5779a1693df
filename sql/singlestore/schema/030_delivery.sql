-- What the pipeline has stored, counted by the procedure in one row: incarnation 'pipeline', topic 'donations',
-- partition -1. The offsets themselves are the pipeline's (information_schema.PIPELINES_CURSORS): both columns stay 0.
-- Rowstore: one row, updated by every batch.
CREATE ROWSTORE TABLE IF NOT EXISTS ingest_offsets (
    incarnation   VARCHAR(64)  NOT NULL,
    topic         VARCHAR(249) NOT NULL,
    `partition_id` INT         NOT NULL,
    next_offset   BIGINT       NOT NULL,
    latest_offset BIGINT       NOT NULL,
    loaded        BIGINT       NOT NULL DEFAULT 0,
    dead          BIGINT       NOT NULL DEFAULT 0,
    duplicates    BIGINT       NOT NULL DEFAULT 0,
    lost          BIGINT       NOT NULL DEFAULT 0,
    updated_at    DATETIME(6)  NOT NULL,
    seen_at       DATETIME(6),
    SHARD KEY (incarnation, topic, `partition_id`),
    PRIMARY KEY (incarnation, topic, `partition_id`)
) COLLATE utf8mb4_bin;

-- Messages that could not be used, with their JSON and the reason. A pipeline does not tell a procedure where a message
-- stood: partition_id is -1, and message_offset a number of our own.
-- Columnstore: payloads may be large, and there should be none. SHARD KEY (message_offset): spreads them, is part of
-- the unique key. SORT KEY (recorded_at): they come in this order and are listed by it.
CREATE TABLE IF NOT EXISTS dead_letters (
    incarnation    VARCHAR(64)  NOT NULL,
    topic          VARCHAR(249) NOT NULL,
    `partition_id` INT          NOT NULL,
    message_offset BIGINT       NOT NULL,
    payload        LONGBLOB     NOT NULL,
    reason         VARCHAR(500) NOT NULL,
    recorded_at    DATETIME(6)  NOT NULL,
    replayed_at    DATETIME(6),
    correction     LONGBLOB,
    SHARD KEY (message_offset),
    SORT KEY (recorded_at),
    UNIQUE KEY (incarnation, topic, `partition_id`, message_offset) USING HASH
) COLLATE utf8mb4_bin;
