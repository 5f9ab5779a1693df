"""Pure functions from a value and a size to lines of text with roles; no colour is picked here."""
