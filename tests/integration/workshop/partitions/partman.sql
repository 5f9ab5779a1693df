-- Partitions in the workshop's form: 5 minutes wide, four ahead, and nobody who makes more.
DO $$
BEGIN
    EXECUTE format(
        'SELECT %s.create_parent(p_parent_table => $1, p_control => ''event_time'', p_type => $2, p_interval => ''5 minutes'')',
        (SELECT extnamespace::regnamespace FROM pg_extension WHERE extname = 'pg_partman')
    ) USING
        format('%s.events', current_schema()),
        (SELECT CASE WHEN extversion LIKE '4.%' THEN 'native' ELSE 'range' END FROM pg_extension WHERE extname = 'pg_partman');
END
$$;
