-- needs: kafka
-- The server reads the topic by itself, and keeps the offsets. A batch every 100 ms once the topic is drained: by the
-- default of 2500 ms the screen would be behind.
-- Every key is mapped by its name. One that is missing is NULL, of which the procedure makes a dead letter; without
-- DEFAULT it would be an error. Of errors the parser's alone are skipped: what is no JSON at all stands for a while in
-- information_schema.PIPELINES_ERRORS. `message` is the whole of it (its sign is doubled for the driver).
CREATE PIPELINE IF NOT EXISTS donations AS
LOAD DATA KAFKA %(kafka_source)s
CONFIG %(kafka_config)s
CREDENTIALS %(kafka_credentials)s
BATCH_INTERVAL 100
SKIP PARSER ERRORS
INTO PROCEDURE ingest_donations
FORMAT JSON (
    transaction_id <- transaction_id DEFAULT NULL,
    city <- city DEFAULT NULL,
    latitude <- latitude DEFAULT NULL,
    longitude <- longitude DEFAULT NULL,
    organization <- organization DEFAULT NULL,
    transaction_date <- transaction_date DEFAULT NULL,
    total_amount <- total_amount DEFAULT NULL,
    campaign_id <- campaign_id DEFAULT NULL,
    is_campaign_active <- is_campaign_active DEFAULT NULL,
    message <- %%
);
