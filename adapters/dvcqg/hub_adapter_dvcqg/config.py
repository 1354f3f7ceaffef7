"""What an operator sets."""

from typing import Annotated

from lgsp_adapter import Config, Secret, Text
from pydantic import Field

Url = Annotated[str, Field(pattern=r"^https?://[^\s#]+$", max_length=500)]
Name = Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9]{1,60}$")]


class PortalConfig(Config):
    """How the portal is reached, the same in both directions."""

    auth_endpoint: Annotated[Url, Text(vi="Địa chỉ đăng nhập", en="Address of the login")]
    adapter_url: Annotated[Url, Text(vi="Địa chỉ gọi dịch vụ", en="Address of the calls")]
    username: Annotated[
        str, Field(min_length=1, max_length=200), Text(vi="Tên đăng nhập", en="User name")
    ]
    password: Annotated[Secret, Text(vi="Mật khẩu", en="Password")]
    dstcode: Annotated[
        str,
        Field(pattern=r"^[\x21-\x7e]{1,100}$"),
        Text(vi="Mã đích (dstcode)", en="Header dstcode of the login"),
    ]
    madonvi: Annotated[
        str,
        Field(pattern=r"^[0-9A-Za-z][0-9A-Za-z._-]{0,63}$"),
        Text(vi="Mã đơn vị", en="Code of the unit the calls are made for"),
    ]
    session_minutes: Annotated[
        int,
        Field(ge=1, le=1440),
        Text(vi="Đăng nhập lại sau (phút)", en="Log in anew after (minutes)"),
    ] = 20
    timeout_seconds: Annotated[
        float, Field(gt=0, le=600), Text(vi="Thời gian chờ (giây)", en="Longest wait (seconds)")
    ] = 60.0
    retry_codes: Annotated[
        tuple[str, ...],
        Text(
            vi="Mã lỗi của Cổng nghĩa là gửi lại sau",
            en="Codes of the portal that mean: call again later; its texts decide about others",
        ),
    ] = ()


class PortalOutConfig(PortalConfig):
    """Sending."""

    object_link: Annotated[
        str | None,
        Field(pattern=r"^https?://[^\s#]*\{hash\}[^\s#]*$", max_length=500),
        Text(
            vi="Mẫu đường dẫn tệp, có {hash}",
            en="Address under which the portal fetches an object, with {hash} for its hex digits",
        ),
    ] = None
    whole_updates: Annotated[
        bool,
        Text(
            vi="Cập nhật trọn hồ sơ: tra cứu trước, ghi đè phần thay đổi",
            en="Update whole dossiers: TraCuuHoSo first, the event's fields over it. Off: the"
            " event's fields alone, for a portal that keeps the others",
        ),
    ] = True
    unnamed_officer: Annotated[
        str,
        Field(min_length=1, max_length=50),
        Text(
            vi="NguoiXuLy của bước không có cán bộ",
            en="NguoiXuLy of a step that names no officer",
        ),
    ] = "Hệ thống thông tin giải quyết TTHC"


class PortalInConfig(PortalConfig):
    """Receiving. The names of the two services are assumptions: set what the portal gives you."""

    list_service: Annotated[
        Name, Text(vi="Dịch vụ lấy hồ sơ mới", en="Service that lists what was not marked yet")
    ] = "LayDanhSachHoSoMoi"
    mark_service: Annotated[
        Name, Text(vi="Dịch vụ xác nhận đã nhận", en="Service that marks a dossier as received")
    ] = "XacNhanDaNhanHoSo"
    max_file_mb: Annotated[
        int, Field(ge=1, le=500), Text(vi="Cỡ tệp lớn nhất (MB)", en="Largest file (MB)")
    ] = 50
