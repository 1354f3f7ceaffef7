"""Process: read, decide, commit: the only writer of decisions."""
