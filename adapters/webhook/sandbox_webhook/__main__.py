"""`python -m sandbox_webhook`: the receiver and the sender by themselves."""

from lgsp_adapter.sandbox import run

from sandbox_webhook.server import WebhookSandbox

run(WebhookSandbox)
