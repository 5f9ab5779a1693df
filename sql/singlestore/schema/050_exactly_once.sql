-- optional: unless it is ON there already, a batch that fails halfway may be stored twice
-- Tables and offsets of a batch that goes through a procedure commit together only with this.
SET GLOBAL pipelines_stored_proc_exactly_once = ON;
