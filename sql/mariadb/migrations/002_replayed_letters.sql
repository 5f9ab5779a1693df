-- Dead letters have an address and remember their replay.
ALTER TABLE IF EXISTS dead_letters
    ADD COLUMN IF NOT EXISTS replayed_at DATETIME(6) AFTER recorded_at,
    ADD COLUMN IF NOT EXISTS correction LONGBLOB AFTER replayed_at,
    ADD INDEX IF NOT EXISTS dead_letters_address (topic, partition_id, message_offset),
    ADD INDEX IF NOT EXISTS dead_letters_waiting (replayed_at, recorded_at);
