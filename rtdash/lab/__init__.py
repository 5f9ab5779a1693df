"""The lab: layouts of the donations, and forms of the clickstream's queries, measured side by side."""
