"""All ways of notifying a citizen, in one peer."""

from collections.abc import Sequence
from typing import Any, ClassVar

from lgsp_adapter.sandbox import Sandbox
from starlette.routing import BaseRoute

from sandbox_notify import mail, sms, zalo
from sandbox_notify.box import Box


class NotifySandbox(Sandbox):
    """Two SMS gateways, Zalo with ZNS, and a mail server."""

    name: ClassVar[str] = "notify"

    def __init__(self, **base: Any) -> None:
        super().__init__(**base)
        self.box = Box(self.journal)
        self.sms = sms.Sms(self.box)
        self.zalo = zalo.Zalo(self.box, self.chance, self.now)
        self.mail = mail.Mail(self.box, self.mischief, self.tls.context if self.tls else None)

    def routes(self) -> Sequence[BaseRoute]:
        return [*self.sms.routes(), *self.zalo.routes()]

    def forget(self) -> None:
        self.box.clear()
        self.zalo.forget()

    def describe(self) -> dict[str, Any]:
        return super().describe() | {
            "smtp": {"port": self.mail.port, "user": mail.USER, "password": mail.PASSWORD},
            "zalo": {
                "app_id": zalo.APP_ID,
                "secret_key": zalo.SECRET_KEY,
                "refresh_token": zalo.FIRST_REFRESH,
                "templates": sorted(zalo.TEMPLATES),
            },
            "vinaphone": {"AGENTID": sms.AGENT, "templates": sorted(sms.TEMPLATES)},
            "viettel": {"User": sms.USER, "Password": sms.PASSWORD, "CPCode": sms.CP_CODE},
        }

    async def start(self) -> None:
        await self.mail.start()
        await super().start()

    async def stop(self) -> None:
        await super().stop()
        await self.mail.stop()
