"""rtdash: a terminal dashboard for two databases under load."""
