"""Adapter: National Public Service Portal."""
