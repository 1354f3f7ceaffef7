"""From a dossier's result to an order: what the post office is asked to carry. Pure."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from lgsp_adapter import Delivery, Reject

FLAG: Final = 2
"""`FlagConfig`, as the published shape gives it."""
_MOST_DONG: Final = 1_000_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """One parcel with a result."""

    number: str
    dossier_code: str
    agency: str
    item_code: str
    cod_amount: int
    """Đồng to be collected from the receiver."""
    receiver: Mapping[str, str] = field(repr=False)

    @property
    def memory(self) -> str:
        """What tracking needs later: no person in it."""
        return json.dumps({"dossier_code": self.dossier_code, "agency": self.agency})


def order_number(key: str) -> str:
    """Return the order's number: the same for every attempt, so the post office can be asked."""
    return "HUB" + hashlib.sha256(key.encode()).hexdigest()[:24].upper()


def read(delivery: Delivery) -> Order:
    """Return the order of a `dossier.result`, whose `extensions.post` says where it goes.

    Raises:
        Reject: `not_by_post` without that part; `bad_post` with the place of what is wrong.
    """
    try:
        body = json.loads(delivery.body)
        code, agency = str(body["dossier_code"]), str(body["agency"]["code"])
        post = body.get("extensions", {}).get("post")
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise Reject("not_a_result", "/") from None
    if not isinstance(post, dict):
        raise Reject("not_by_post", "/extensions/post is missing: nobody says where to")
    return Order(
        number=order_number(delivery.key),
        dossier_code=code,
        agency=agency,
        item_code=str(post.get("item_code", "")),
        cod_amount=_amount(post.get("cod_amount", 0)),
        receiver=_receiver(post.get("receiver")),
    )


def _amount(value: Any) -> int:
    # bool is an int in Python; a float would lose đồng.
    if type(value) is not int or not 0 <= value <= _MOST_DONG:
        raise Reject("bad_post", "/extensions/post/cod_amount")
    return value


def _receiver(value: Any) -> dict[str, str]:
    if not isinstance(value, dict):
        raise Reject("bad_post", "/extensions/post/receiver")
    for name in ("name", "telephone", "address"):
        if not (isinstance(value.get(name), str) and value[name].strip()):
            raise Reject("bad_post", f"/extensions/post/receiver/{name}")
    return {name: text for name, text in value.items() if isinstance(text, str)}


def content(order: Order, customer_code: str, sender: Mapping[str, str]) -> dict[str, Any]:
    """Return the body of `OrderLGSPWithItemCode`."""
    receiver = order.receiver
    return {
        "CustomerCode": customer_code,
        "ItemCode": order.item_code,
        "OrderNumber": order.number,
        "CODAmount": order.cod_amount,
        **{f"Sender{name}": value for name, value in sender.items()},
        "ReceiverName": receiver["name"],
        "ReceiverTel": receiver["telephone"],
        "ReceiverAddress": receiver["address"],
        "ReceiverProvince": receiver.get("province", ""),
        "ReceiverDistrict": receiver.get("district", ""),
        "ReceiverWard": receiver.get("ward", ""),
        "FlagConfig": FLAG,
    }
