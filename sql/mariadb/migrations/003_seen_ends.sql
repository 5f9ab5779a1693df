-- When the ends of the partitions were last seen: the lag is not known while Kafka does not tell them.
ALTER TABLE IF EXISTS ingest_offsets
    ADD COLUMN IF NOT EXISTS seen_at DATETIME(6) AFTER updated_at;
