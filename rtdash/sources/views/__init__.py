"""The servers' own account of a query: what each keeps of it, or why it keeps nothing."""
