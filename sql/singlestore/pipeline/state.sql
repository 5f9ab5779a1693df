-- Running, Stopped or Error. The document beside it holds credentials, and is never read.
SELECT `STATE`
FROM information_schema.PIPELINES
WHERE DATABASE_NAME = DATABASE() AND PIPELINE_NAME = %(pipeline)s
