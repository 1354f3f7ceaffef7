"""Sandbox peer: both sides of Standard Webhooks 1.0.0, a receiver and a sender."""

from sandbox_webhook.server import WebhookSandbox
from sandbox_webhook.signatures import Keys

__all__ = ["Keys", "WebhookSandbox"]
