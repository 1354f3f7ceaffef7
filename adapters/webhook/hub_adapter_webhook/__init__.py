"""Adapter: Standard Webhooks, out and in."""

from hub_adapter_webhook.inbound import WebhookIn, WebhookInConfig
from hub_adapter_webhook.out import WebhookOut, WebhookOutConfig

__all__ = ["WebhookIn", "WebhookInConfig", "WebhookOut", "WebhookOutConfig"]
