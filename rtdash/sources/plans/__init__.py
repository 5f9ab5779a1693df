"""Plans of queries: asks a server how it ran one, and makes one tree of whatever the engine says."""
