-- What ingest has loaded of the donations, a row a batch, written in the batch's own transaction; kept for 5 minutes.
-- batch_id: the microsecond of the Unix epoch in which it was stored, by the server's clock; took_ms: until its commit.
CREATE TABLE IF NOT EXISTS ingest_batches (
    batch_id   BIGINT NOT NULL,
    loaded     INT    NOT NULL,
    dead       INT    NOT NULL,
    duplicates INT    NOT NULL,
    took_ms    DOUBLE NOT NULL,
    PRIMARY KEY (batch_id)
);
