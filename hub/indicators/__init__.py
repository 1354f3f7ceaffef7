"""Pure: what the audit stream adds up to, when something is due, and who must be told."""
