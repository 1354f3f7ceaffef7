"""Commands, wiring and the supervisor."""
