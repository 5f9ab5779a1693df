-- How far ingest has come. next_offset moves by compare-and-set, first thing in the transaction that stores the messages.
-- updated_at: the last sign of life; seen_at: when Kafka last told where the partition ends, which latest_offset is.
CREATE TABLE IF NOT EXISTS ingest_offsets (
    incarnation   VARCHAR(64)  NOT NULL,
    topic         VARCHAR(249) NOT NULL,
    partition_id  INT          NOT NULL,
    next_offset   BIGINT       NOT NULL,
    latest_offset BIGINT       NOT NULL,
    loaded        BIGINT       NOT NULL DEFAULT 0,
    dead          BIGINT       NOT NULL DEFAULT 0,
    duplicates    BIGINT       NOT NULL DEFAULT 0,
    lost          BIGINT       NOT NULL DEFAULT 0,
    updated_at    DATETIME(6)  NOT NULL,
    seen_at       DATETIME(6),
    PRIMARY KEY (incarnation, topic, partition_id)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

-- Messages that could not be used, with their bytes and the reason. replayed_at: when one was loaded after all, or found
-- to be there already; correction: the bytes that were loaded in place of its own.
CREATE TABLE IF NOT EXISTS dead_letters (
    incarnation    VARCHAR(64)  NOT NULL,
    topic          VARCHAR(249) NOT NULL,
    partition_id   INT          NOT NULL,
    message_offset BIGINT       NOT NULL,
    payload        LONGBLOB     NOT NULL,
    reason         VARCHAR(500) NOT NULL,
    recorded_at    DATETIME(6)  NOT NULL,
    replayed_at    DATETIME(6),
    correction     LONGBLOB,
    PRIMARY KEY (incarnation, topic, partition_id, message_offset),
    KEY dead_letters_address (topic, partition_id, message_offset),
    KEY dead_letters_waiting (replayed_at, recorded_at)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
