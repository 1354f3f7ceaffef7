"""Adapter: SMS brandname, Zalo ZNS, e-mail."""

from hub_adapter_notify.mail import MailConfig, NotifyEmail
from hub_adapter_notify.sms import NotifySms, SmsConfig
from hub_adapter_notify.zns import NotifyZns, ZnsConfig

__all__ = ["MailConfig", "NotifyEmail", "NotifySms", "NotifyZns", "SmsConfig", "ZnsConfig"]
