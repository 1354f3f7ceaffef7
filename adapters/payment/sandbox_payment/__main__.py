"""`python -m sandbox_payment`: the payment platform by itself."""

from lgsp_adapter.sandbox import run

from sandbox_payment.server import PaymentSandbox

run(PaymentSandbox)
