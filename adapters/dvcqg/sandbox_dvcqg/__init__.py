"""Sandbox peer: National Public Service Portal."""
