"""What an operator sets."""

from typing import Annotated

from lgsp_adapter import Config, Secret, Text
from pydantic import Field

CODE = r"^[0-9A-Za-z][0-9A-Za-z._-]{0,63}$"


class AxisConfig(Config):
    """How the axis is reached, the same in both directions."""

    url: Annotated[
        str,
        Field(pattern=r"^https?://[^\s?#]+$", max_length=500),
        Text(vi="Địa chỉ trục", en="Address of the axis, calls are made below it"),
    ]
    system_id: Annotated[
        str,
        Field(pattern=r"^[\x21-\x7e]+$", max_length=200),
        Text(vi="Mã hệ thống do trục cấp", en="System id given by the axis"),
    ]
    secret: Annotated[Secret, Text(vi="Khóa bí mật", en="Secret key of the system id")]
    timeout_seconds: Annotated[
        float,
        Field(gt=0, le=600),
        Text(vi="Thời gian chờ (giây)", en="Longest wait for one answer (seconds)"),
    ] = 60.0
    retry_codes: Annotated[
        tuple[str, ...],
        Text(
            vi="Mã lỗi của trục nghĩa là gửi lại sau",
            en="Codes of the axis that mean: call again later; all others refuse the packet",
        ),
    ] = ()
    stop_codes: Annotated[
        tuple[str, ...],
        Text(
            vi="Mã lỗi của trục nghĩa là sai mã hệ thống, khóa hoặc đồng hồ: dừng kết nối",
            en="Codes of the axis that mean: wrong system id, secret or clock; the connector stops",
        ),
    ] = ()


class AxisInConfig(AxisConfig):
    """Receiving."""

    own_codes: Annotated[
        tuple[Annotated[str, Field(pattern=CODE)], ...],
        Text(
            vi="Mã cấp 1 của tỉnh, ví dụ H99",
            en="Level-1 codes of the province; only its agencies become recipients. Empty: all",
        ),
    ] = ()
    aliases: Annotated[
        dict[str, str],
        Text(
            vi="Mã cũ sang mã mới của cùng cơ quan",
            en="Old code to new code of one agency: its letters under both are one message",
        ),
    ] = Field(default_factory=dict)
    speak_for_sender: Annotated[
        bool,
        Text(
            vi="Ghi cơ quan gửi vào onbehalf",
            en="Set onbehalf to the sending agency; the system must be registered to represent it",
        ),
    ] = False


class AxisOutConfig(AxisConfig):
    """Sending."""

    own_codes: Annotated[
        tuple[Annotated[str, Field(pattern=CODE)], ...],
        Text(
            vi="Mã cấp 1 của tỉnh, ví dụ H99",
            en="Level-1 codes of the province; the axis is told to deliver to others only",
        ),
    ] = ()
    sent_list_decides: Annotated[
        bool,
        Text(
            vi="Khi trục không trả lại văn bản đã gửi: so bằng danh sách đã gửi",
            en="After an unknown end, where the axis hands no sent letter back: its list of sent"
            " letters decides. Off: an operator does",
        ),
    ] = True
