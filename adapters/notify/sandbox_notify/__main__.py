"""`python -m sandbox_notify`: the gateways by themselves."""

from lgsp_adapter.sandbox import run

from sandbox_notify.server import NotifySandbox

run(NotifySandbox)
