-- optional: a pipeline that catches up may take all of the CPU, and the panels wait for it
-- needs: kafka
-- A soft limit counts only while others want the CPU as well. No QUERY_TIMEOUT: it would end batches.
-- may fail
CREATE RESOURCE POOL rtdash_pipeline WITH SOFT_CPU_LIMIT_PERCENTAGE = 60;
ALTER RESOURCE POOL rtdash_pipeline SET SOFT_CPU_LIMIT_PERCENTAGE = 60;
ALTER PIPELINE donations SET RESOURCE POOL rtdash_pipeline;
