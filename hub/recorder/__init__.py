"""Process: the audit stream becomes the search projection and the archive."""
