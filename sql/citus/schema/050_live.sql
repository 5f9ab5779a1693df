-- The small tables that the panels read, taken from raw every second: a few hundred rows whatever the traffic.
-- A row covers [bucket, bucket + width). Two widths, of which the larger is a multiple of the smaller.
CREATE TABLE IF NOT EXISTS live_widths (width interval PRIMARY KEY, keep interval NOT NULL);
INSERT INTO live_widths VALUES ('5 minutes', '1 day'), ('1 hour', '35 days') ON CONFLICT DO NOTHING;

-- Rows are rewritten every second: sketches stay in the row, and a page keeps room for its next version.
CREATE TABLE IF NOT EXISTS live_customers (
    customer_id bigint NOT NULL,
    width interval NOT NULL,
    bucket timestamptz NOT NULL,
    event_count bigint NOT NULL,
    device_distinct_count hll NOT NULL,
    session_distinct_count hll NOT NULL,
    top_devices_1000 jsonb NOT NULL,
    PRIMARY KEY (customer_id, width, bucket)
) WITH (fillfactor = 50, toast_tuple_target = 4096);

CREATE TABLE IF NOT EXISTS live_breakdowns (
    customer_id bigint NOT NULL,
    dimension text NOT NULL CHECK (dimension IN ('country', 'event_type', 'browser')),
    value text,
    width interval NOT NULL,
    bucket timestamptz NOT NULL,
    event_count bigint NOT NULL,
    device_distinct_count hll NOT NULL,
    session_distinct_count hll NOT NULL,
    UNIQUE NULLS NOT DISTINCT (customer_id, width, bucket, dimension, value)
) WITH (fillfactor = 50, toast_tuple_target = 4096);

-- Over all customers. Never distributed: it is read and written on the coordinator alone.
CREATE TABLE IF NOT EXISTS live_totals (
    width interval NOT NULL,
    bucket timestamptz NOT NULL,
    event_count bigint NOT NULL,
    device_distinct_count hll NOT NULL,
    session_distinct_count hll NOT NULL,
    PRIMARY KEY (width, bucket)
) WITH (fillfactor = 50, toast_tuple_target = 4096);

-- For questions about all customers. No key is ever updated, so rows are still rewritten within their page.
CREATE INDEX IF NOT EXISTS live_customers_bucket_idx ON live_customers (width, bucket);
CREATE INDEX IF NOT EXISTS live_breakdowns_bucket_idx ON live_breakdowns (width, dimension, bucket);

SELECT distribute_by_customer('live_customers');
SELECT distribute_by_customer('live_breakdowns');
