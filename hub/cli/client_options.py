"""The options that `hub send`, `hub upload`, `hub receive` and `hub key` share."""

from pathlib import Path
from typing import Annotated, Final

import typer

# The variables do not begin with HUB_: those are the hub's own settings, and it refuses others.
UrlOption = Annotated[
    str,
    typer.Option("--url", envvar="LGSP_URL", help="Address of the hub. / Địa chỉ của trục."),
]
HubOption = Annotated[
    str,
    typer.Option(
        "--hub", envvar="LGSP_HUB", help="The hub's id: what is signed for. / Mã của trục."
    ),
]
SystemOption = Annotated[
    str,
    typer.Option("--system", envvar="LGSP_SYSTEM", help="Our own system. / Hệ thống của mình."),
]
KeyOption = Annotated[
    Path,
    typer.Option(
        "--key", envvar="LGSP_KEY", help="Private key, PEM (PKCS#8). / Khóa bí mật, dạng PEM."
    ),
]
AlgorithmOption = Annotated[
    str | None,
    typer.Option(
        "--algorithm",
        help="ES256, Ed25519, PS256 or RS256, as registered. Default: by the key. / "
        "Thuật toán đã đăng ký.",
    ),
]
JsonOption = Annotated[
    bool, typer.Option("--json", help="One JSON object per line. / Mỗi dòng một đối tượng JSON.")
]

DEFAULT_URL: Final = "http://127.0.0.1:8640"

EX_REFUSED: Final = 1
EX_UNAVAILABLE: Final = 3

EXIT_CODES: Final = (
    "Exit status / Mã thoát: 0 done, 1 refused (bị từ chối), 2 usage (sai cách dùng), "
    "3 unavailable, try again (chưa kết nối được, thử lại)."
)
