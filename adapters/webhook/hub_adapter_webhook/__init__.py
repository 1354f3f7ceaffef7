"""Adapter: Standard Webhooks, out and in."""
