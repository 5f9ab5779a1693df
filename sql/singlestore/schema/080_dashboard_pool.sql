-- optional: a query that was given up goes on when its KILL QUERY does not arrive; nothing ends it after 6 s
-- The dashboard's queries run in this pool. Its deadline is 5 s; the server counts whole seconds only.
-- may fail
CREATE RESOURCE POOL rtdash_dashboard WITH QUERY_TIMEOUT = 6;
ALTER RESOURCE POOL rtdash_dashboard SET QUERY_TIMEOUT = 6;
