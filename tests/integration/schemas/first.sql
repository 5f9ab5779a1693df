-- The schema of the first release, reduced: its tables, and its functions by their signatures; 400 events, of which
-- every rollup has taken the first 300.
CREATE EXTENSION IF NOT EXISTS hll;

CREATE SEQUENCE events_event_id_seq AS bigint CACHE 1;
CREATE TABLE events (
    event_id bigint NOT NULL DEFAULT nextval('events_event_id_seq'),
    event_time timestamptz NOT NULL DEFAULT now(),
    customer_id bigint NOT NULL,
    event_type text,
    country text,
    browser text,
    device_id bigint,
    session_id bigint
) PARTITION BY RANGE (event_time);
CREATE INDEX events_event_id_idx ON events (event_id);

CREATE FUNCTION distribute_by_customer(table_name regclass) RETURNS void
LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_extension WHERE extname = 'citus') THEN
        RETURN;
    END IF;
    PERFORM create_distributed_table(
        table_name, 'customer_id',
        colocate_with => CASE WHEN table_name = 'events'::regclass THEN 'default' ELSE 'events' END
    );
END
$$;
SELECT distribute_by_customer('events');

CREATE TABLE retention (table_name text PRIMARY KEY, keep interval NOT NULL);
INSERT INTO retention VALUES
    ('events', '8 days'),
    ('rollup_events_5min', '14 days'),
    ('rollup_events_1hr', '500 days'),
    ('dead_letters', '30 days');

CREATE VIEW event_partitions AS
SELECT
    part.oid::regclass AS partition,
    (bounds.of)[1]::timestamptz AS from_time,
    (bounds.of)[2]::timestamptz AS until_time,
    bounds.of IS NULL AS is_default
FROM pg_inherits
JOIN pg_class AS part ON part.oid = inhrelid
CROSS JOIN LATERAL (
    SELECT regexp_match(pg_get_expr(part.relpartbound, part.oid), $re$FROM \('([^']+)'\) TO \('([^']+)'\)$re$) AS of
) AS bounds
WHERE inhparent = 'events'::regclass;

-- Of today and tomorrow; what is older lies in the default partition until maintenance comes.
CREATE TABLE events_default PARTITION OF events DEFAULT;
DO $$
DECLARE
    day timestamptz;
BEGIN
    FOR day IN SELECT date_trunc('day', now()) + n * interval '1 day' FROM generate_series(0, 1) AS n LOOP
        EXECUTE format(
            'CREATE TABLE %I PARTITION OF events FOR VALUES FROM (%L) TO (%L)',
            to_char(day, '"events_p"YYYY_MM_DD'), day, day + interval '1 day'
        );
    END LOOP;
END
$$;

CREATE TABLE rollups (
    name text PRIMARY KEY,
    event_table_name regclass NOT NULL,
    event_id_sequence_name regclass NOT NULL,
    last_aggregated_id bigint NOT NULL DEFAULT 0,
    rolled_up_until timestamptz NOT NULL DEFAULT now()
);
INSERT INTO rollups (name, event_table_name, event_id_sequence_name, last_aggregated_id)
SELECT name, 'events', 'events_event_id_seq', 300
FROM unnest(ARRAY['rollup_events_5min', 'rollup_events_1hr', 'live']) AS name;

CREATE TABLE rollup_events_5min (
    customer_id bigint NOT NULL,
    event_type text,
    country text,
    browser text,
    minute timestamptz NOT NULL,
    event_count bigint NOT NULL,
    device_distinct_count hll NOT NULL,
    session_distinct_count hll NOT NULL,
    top_devices_1000 jsonb NOT NULL,
    UNIQUE NULLS NOT DISTINCT (customer_id, event_type, country, browser, minute)
);
CREATE INDEX rollup_events_5min_minute_idx ON rollup_events_5min (minute);
CREATE TABLE rollup_events_1hr (
    customer_id bigint NOT NULL,
    event_type text,
    country text,
    browser text,
    hour timestamptz NOT NULL,
    event_count bigint NOT NULL,
    device_distinct_count hll NOT NULL,
    session_distinct_count hll NOT NULL,
    top_devices_1000 jsonb NOT NULL,
    UNIQUE NULLS NOT DISTINCT (customer_id, event_type, country, browser, hour)
);
CREATE INDEX rollup_events_1hr_hour_idx ON rollup_events_1hr (hour);

CREATE TABLE live_widths (width interval PRIMARY KEY, keep interval NOT NULL);
INSERT INTO live_widths VALUES ('5 minutes', '2 days'), ('1 hour', '35 days');
CREATE TABLE live_customers (
    customer_id bigint NOT NULL,
    width interval NOT NULL,
    bucket timestamptz NOT NULL,
    event_count bigint NOT NULL,
    device_distinct_count hll NOT NULL,
    session_distinct_count hll NOT NULL,
    top_devices_1000 jsonb NOT NULL,
    PRIMARY KEY (customer_id, width, bucket)
) WITH (fillfactor = 50, toast_tuple_target = 4096);
CREATE TABLE live_breakdowns (
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
CREATE TABLE live_totals (
    width interval NOT NULL,
    bucket timestamptz NOT NULL,
    event_count bigint NOT NULL,
    device_distinct_count hll NOT NULL,
    session_distinct_count hll NOT NULL,
    PRIMARY KEY (width, bucket)
) WITH (fillfactor = 50, toast_tuple_target = 4096);

SELECT distribute_by_customer('rollup_events_5min'), distribute_by_customer('rollup_events_1hr'),
    distribute_by_customer('live_customers'), distribute_by_customer('live_breakdowns');

CREATE TABLE ingest_offsets (
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
CREATE TABLE dead_letters (
    topic text NOT NULL,
    partition_id integer NOT NULL,
    message_offset bigint NOT NULL,
    incarnation text NOT NULL,
    payload bytea,
    reason text NOT NULL,
    recorded_at timestamptz NOT NULL DEFAULT now()
);
CREATE TABLE generated_history (
    from_time timestamptz NOT NULL,
    until_time timestamptz NOT NULL,
    events bigint NOT NULL
);
INSERT INTO ingest_offsets (incarnation, topic, partition_id, next_offset, loaded)
VALUES ('first', 'clickstream', 0, 400, 399);
INSERT INTO dead_letters VALUES ('clickstream', 0, 7, 'first', 'no event', 'not JSON');

CREATE FUNCTION make_event_partitions(days date[]) RETURNS void
LANGUAGE plpgsql SET search_path FROM CURRENT SET timezone = 'UTC' AS $$ BEGIN END $$;
CREATE FUNCTION incremental_rollup_window(
    rollup_name text, max_events bigint DEFAULT NULL, OUT window_start bigint, OUT window_end bigint
)
LANGUAGE plpgsql SET search_path FROM CURRENT SET timezone = 'UTC' AS $$ BEGIN END $$;
CREATE FUNCTION aggregate_window(
    rollup_name text, bucket_column name, width interval, max_events bigint, OUT start_id bigint, OUT end_id bigint
)
LANGUAGE plpgsql SET search_path FROM CURRENT SET timezone = 'UTC' AS $$ BEGIN END $$;
CREATE FUNCTION five_minutely_aggregation(
    max_events bigint DEFAULT 1000000, OUT start_id bigint, OUT end_id bigint
)
LANGUAGE sql SET search_path FROM CURRENT AS $$
    SELECT start_id, end_id FROM aggregate_window('rollup_events_5min', 'minute', '5 minutes', max_events)
$$;
CREATE FUNCTION hourly_aggregation(
    max_events bigint DEFAULT 1000000, OUT start_id bigint, OUT end_id bigint
)
LANGUAGE sql SET search_path FROM CURRENT AS $$
    SELECT start_id, end_id FROM aggregate_window('rollup_events_1hr', 'hour', '1 hour', max_events)
$$;
CREATE FUNCTION live_aggregation(max_events bigint DEFAULT 20000, OUT start_id bigint, OUT end_id bigint)
LANGUAGE plpgsql SET search_path FROM CURRENT SET timezone = 'UTC' AS $$ BEGIN END $$;
CREATE FUNCTION maintain_events(OUT partitions_made integer, OUT partitions_dropped integer, OUT rows_in_default bigint)
LANGUAGE plpgsql SET search_path FROM CURRENT SET timezone = 'UTC' SET lock_timeout = '5s' AS $$ BEGIN END $$;
CREATE FUNCTION forget_old_rollups() RETURNS void
LANGUAGE plpgsql SET search_path FROM CURRENT AS $$ BEGIN END $$;
CREATE FUNCTION rollups_are_scheduled() RETURNS boolean
LANGUAGE plpgsql STABLE SET search_path FROM CURRENT AS $$ BEGIN RETURN false; END $$;

-- Three events a minute, the newest of now and the first 20 of yesterday; now and then something is not known.
INSERT INTO events (event_time, customer_id, event_type, country, browser, device_id, session_id)
SELECT
    now() - (399 - n) * interval '20 seconds' - CASE WHEN n < 20 THEN interval '30 hours' ELSE '0' END, 1 + n % 4, (ARRAY['page_view', 'click', 'donate', NULL])[1 + n % 7 % 4],
    (ARRAY['FR', 'DE', NULL])[1 + n % 3], (ARRAY['Firefox', NULL])[1 + n % 2], nullif(n % 50, 0), nullif(n % 90, 0)
FROM generate_series(0, 399) AS n;

CREATE TEMP TABLE taken AS SELECT * FROM events WHERE event_id <= 300;

INSERT INTO rollup_events_5min
SELECT
    customer_id, event_type, country, browser, date_bin('5 minutes', event_time, timestamptz 'epoch'), sum(1),
    coalesce(hll_add_agg(hll_hash_bigint(device_id)), hll_empty()),
    coalesce(hll_add_agg(hll_hash_bigint(session_id)), hll_empty()), '{}'
FROM taken GROUP BY 1, 2, 3, 4, 5;
INSERT INTO rollup_events_1hr
SELECT
    customer_id, event_type, country, browser, date_bin('1 hour', minute, timestamptz 'epoch'), sum(event_count),
    hll_union_agg(device_distinct_count), hll_union_agg(session_distinct_count), '{"7": 1}'
FROM rollup_events_5min GROUP BY 1, 2, 3, 4, 5;

INSERT INTO live_breakdowns
SELECT
    customer_id, dimension, value, width, date_bin(width, event_time, timestamptz 'epoch'), count(*),
    coalesce(hll_add_agg(hll_hash_bigint(device_id)), hll_empty()),
    coalesce(hll_add_agg(hll_hash_bigint(session_id)), hll_empty())
FROM taken
CROSS JOIN LATERAL (
    VALUES ('country', country), ('event_type', event_type), ('browser', browser)
) AS by (dimension, value)
CROSS JOIN live_widths
GROUP BY 1, 2, 3, 4, 5;
INSERT INTO live_customers
SELECT
    customer_id, width, bucket, sum(event_count),
    hll_union_agg(device_distinct_count), hll_union_agg(session_distinct_count), '{}'
FROM live_breakdowns WHERE dimension = 'country' GROUP BY 1, 2, 3;
INSERT INTO live_totals
SELECT width, bucket, sum(event_count), hll_union_agg(device_distinct_count), hll_union_agg(session_distinct_count)
FROM live_customers GROUP BY 1, 2;
DROP TABLE taken;
