"""Sandbox peer: National population database: request and answer."""
