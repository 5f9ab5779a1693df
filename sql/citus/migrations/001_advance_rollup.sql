-- advance_rollup() took over from aggregate_window(), which nothing calls any more.
-- By its full name: elsewhere on the search_path another rtdash may still need its own.
DO $$
BEGIN
    EXECUTE format('DROP FUNCTION IF EXISTS %I.aggregate_window(text, name, interval, bigint)', current_schema());
END
$$;
