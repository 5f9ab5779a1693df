-- What is asked of each campaign, and what its runner says of itself. The truth for every dashboard.
-- Names compare byte by byte (utf8mb4_bin): Nîmes is not Nimes.
-- starts_at and ends_at are planned, started_at and ended_at what came of it; one that was stopped before it began has
-- neither of these. wanted: donations after which it ends. is_stop_wanted
-- outlasts the state: one that is lost and taken back still has to stop.
-- With its two indexes a panel's window is known before its plan is made, which is then one short range.
CREATE TABLE IF NOT EXISTS campaigns (
    campaign_id      BIGINT        NOT NULL,
    name             VARCHAR(80)   NOT NULL,
    cities           JSON          NOT NULL,
    organizations    JSON          NOT NULL,
    state            VARCHAR(10)   NOT NULL,
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
    is_stop_wanted   BOOLEAN       NOT NULL DEFAULT FALSE,
    PRIMARY KEY (campaign_id),
    KEY campaigns_state (state),
    KEY campaigns_end (ended_at)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
