-- optional: where pipelines_stop_on_error is OFF on the server, a batch that keeps failing is passed over, and is lost
-- needs: kafka
-- Rather a pipeline that has stopped and says so than donations that are missing.
ALTER PIPELINE donations STOP_ON_ERROR ON;
