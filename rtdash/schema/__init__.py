"""Applies the schema files of both databases, plans that, and fills the clickstream's past."""
