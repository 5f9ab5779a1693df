-- Campaigns may be planned, and events are accounted for like donations.
ALTER TABLE IF EXISTS campaigns
    ADD COLUMN IF NOT EXISTS starts_at DATETIME(6) AFTER producer,
    ADD COLUMN IF NOT EXISTS ends_at DATETIME(6) AFTER starts_at,
    ADD COLUMN IF NOT EXISTS wanted BIGINT AFTER ends_at,
    ADD COLUMN IF NOT EXISTS events_failed BIGINT NOT NULL DEFAULT 0 AFTER events_acked,
    ADD COLUMN IF NOT EXISTS events_unknown BIGINT NOT NULL DEFAULT 0 AFTER events_failed,
    ADD COLUMN IF NOT EXISTS is_stop_wanted BOOLEAN NOT NULL DEFAULT FALSE AFTER note;
