-- What ingest writes in the transaction of the events, and what it could not decode. updated_at: its last sign of life;
-- seen_at: when Kafka last told where the partition ends, which latest_offset is. replayed_at: when such a letter was
-- loaded after all; correction: the bytes that were loaded in place of its own.
CREATE TABLE IF NOT EXISTS ingest_offsets (
    incarnation text NOT NULL,
    topic text NOT NULL,
    partition_id integer NOT NULL,
    next_offset bigint NOT NULL DEFAULT 0,
    latest_offset bigint NOT NULL DEFAULT 0,
    loaded bigint NOT NULL DEFAULT 0,
    dead bigint NOT NULL DEFAULT 0,
    duplicates bigint NOT NULL DEFAULT 0,
    lost bigint NOT NULL DEFAULT 0,
    updated_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (incarnation, topic, partition_id)
);
ALTER TABLE ingest_offsets ADD COLUMN IF NOT EXISTS seen_at timestamptz;

CREATE TABLE IF NOT EXISTS dead_letters (
    topic text NOT NULL,
    partition_id integer NOT NULL,
    message_offset bigint NOT NULL,
    incarnation text NOT NULL,
    payload bytea,
    reason text NOT NULL,
    recorded_at timestamptz NOT NULL DEFAULT now()
);
ALTER TABLE dead_letters
    ADD COLUMN IF NOT EXISTS replayed_at timestamptz,
    ADD COLUMN IF NOT EXISTS correction bytea;
CREATE INDEX IF NOT EXISTS dead_letters_address ON dead_letters (topic, partition_id, message_offset);
CREATE INDEX IF NOT EXISTS dead_letters_waiting ON dead_letters (replayed_at, recorded_at);

-- Which events were made up to fill the past, so that the screen can say so.
CREATE TABLE IF NOT EXISTS generated_history (
    from_time timestamptz NOT NULL,
    until_time timestamptz NOT NULL,
    events bigint NOT NULL
);
