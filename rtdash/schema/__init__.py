"""Applies the schema files of both databases, and fills the clickstream's past."""
