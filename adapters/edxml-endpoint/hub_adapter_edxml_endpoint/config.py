"""What an operator sets for one e-office system."""

from typing import Annotated

from lgsp_adapter import Config, Secret, Text
from pydantic import BaseModel, ConfigDict, Field

Code = Annotated[str, Field(pattern=r"^[0-9A-Za-z][0-9A-Za-z._-]{0,63}$")]


class Organisation(BaseModel):
    """One row of getOrganizations."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    code: Annotated[Code, Text(vi="Mã định danh", en="Code")]
    name: Annotated[str, Field(max_length=500), Text(vi="Tên cơ quan", en="Name")]


class EndpointConfig(Config):
    """One e-office system."""

    system_id: Annotated[
        str,
        Field(pattern=r"^[\x21-\x7e]{1,200}$"),
        Text(vi="X-SystemId của phần mềm", en="X-SystemId of the software"),
    ]
    secret_key: Annotated[Secret, Text(vi="X-SecretKey của phần mềm", en="X-SecretKey")]
    organ_codes: Annotated[
        tuple[Code, ...],
        Field(min_length=1),
        Text(
            vi="Mã các cơ quan mà phần mềm được gửi thay; mã đầu là cơ quan chủ quản",
            en="Codes it may send as; the first is its own organisation, all spellings count",
        ),
    ]
    token_required: Annotated[
        bool,
        Text(
            vi="Bắt buộc mã phiên lấy từ login",
            en="Only tokens of /api/lgspedoc/login, the newer form; off: headers count too",
        ),
    ] = False
    token_minutes: Annotated[
        int,
        Field(ge=1, le=1440),
        Text(vi="Hạn của mã phiên (phút)", en="Life of a token (minutes)"),
    ] = 30
    page: Annotated[
        int,
        Field(ge=1, le=1000),
        Text(vi="Số văn bản mỗi lần liệt kê", en="Most items of one list"),
    ] = 100
    strict_dates: Annotated[
        bool,
        Text(
            vi="Danh sách chỉ gồm văn bản từ fromDate",
            en="Lists leave out what is older than fromDate, even if nobody has fetched it yet",
        ),
    ] = False
    organisations: Annotated[
        tuple[Organisation, ...],
        Text(vi="Danh sách cơ quan trả cho getOrganizations", en="What getOrganizations answers"),
    ] = ()
