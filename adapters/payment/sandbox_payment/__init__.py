"""Sandbox peer: the portal's payment platform."""

from sandbox_payment.server import PaymentSandbox

__all__ = ["PaymentSandbox"]
