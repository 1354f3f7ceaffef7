"""Sandbox peer: Standard Webhooks, out and in."""
