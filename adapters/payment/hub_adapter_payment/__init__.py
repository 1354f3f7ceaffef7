"""Adapter: Payment platform: begin, callback, reconciliation."""

from hub_adapter_payment.inbound import PaymentIn, PaymentInConfig
from hub_adapter_payment.out import PaymentOut, PaymentOutConfig
from hub_adapter_payment.reconcile import PaymentReconcile, ReconcileConfig

__all__ = [
    "PaymentIn",
    "PaymentInConfig",
    "PaymentOut",
    "PaymentOutConfig",
    "PaymentReconcile",
    "ReconcileConfig",
]
