-- What is asked of each campaign, and what its runner says of itself. The truth for every dashboard; the columns are
-- those of sql/mariadb/schema/010_campaigns.sql, where they are explained.
-- Rowstore: a few rows, each written four times a second by its runner and found by id or state. Ordered indexes, which
-- columnstore has not, serve both.
-- The primary key is the shard key as well: whoever writes knows the campaign, and joins go by it.
CREATE ROWSTORE TABLE IF NOT EXISTS campaigns (
    campaign_id      BIGINT        NOT NULL,
    name             VARCHAR(80)   NOT NULL,
    cities           JSON          NOT NULL,
    organizations    JSON          NOT NULL,
    `state`          VARCHAR(10)   NOT NULL,
    rate_per_s       INT           NOT NULL,
    producer         INT           NOT NULL DEFAULT 0,
    starts_at        DATETIME(6),
    ends_at          DATETIME(6),
    wanted           BIGINT,
    started_at       DATETIME(6),
    ended_at         DATETIME(6),
    heartbeat_at     DATETIME(6),
    generated        BIGINT        NOT NULL DEFAULT 0,
    acked            BIGINT        NOT NULL DEFAULT 0,
    failed           BIGINT        NOT NULL DEFAULT 0,
    `unknown`        BIGINT        NOT NULL DEFAULT 0,
    events_generated BIGINT        NOT NULL DEFAULT 0,
    events_acked     BIGINT        NOT NULL DEFAULT 0,
    events_failed    BIGINT        NOT NULL DEFAULT 0,
    events_unknown   BIGINT        NOT NULL DEFAULT 0,
    visit_fraction   DOUBLE        NOT NULL DEFAULT 1,
    real_rate_per_s  DOUBLE        NOT NULL DEFAULT 0,
    note             VARCHAR(500)  NOT NULL DEFAULT '',
    is_stop_wanted   TINYINT       NOT NULL DEFAULT 0,
    SHARD KEY (campaign_id),
    PRIMARY KEY (campaign_id),
    KEY campaigns_state (`state`),
    KEY campaigns_end (ended_at)
) COLLATE utf8mb4_bin;
