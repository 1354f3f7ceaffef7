"""`hub key new` and `hub key proof`: a system's signing key, made where it will be used."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from hub.cli.client_options import (
    AlgorithmOption,
    HubOption,
    JsonOption,
    KeyOption,
    SystemOption,
)


class Algorithm(StrEnum):
    """What a key may sign with."""

    ES256 = "ES256"
    ED25519 = "Ed25519"
    PS256 = "PS256"
    RS256 = "RS256"


key_app = typer.Typer(help="A system's signing key. / Khóa ký của hệ thống.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Mount `hub key …`."""
    app.add_typer(key_app, name="key")


@key_app.command("new")
def new_key(
    out: Annotated[Path, typer.Argument(help="File for the private key. / Tệp lưu khóa bí mật.")],
    system: SystemOption,
    hub: HubOption,
    algorithm: Annotated[Algorithm, typer.Option(help="Of signature. / Thuật toán ký.")] = (
        Algorithm.ES256
    ),
    as_json: JsonOption = False,
) -> None:
    """Make a key here; print what the administrator registers. / Tạo khóa và in phần để đăng ký.

    Example / Ví dụ: hub key new mot-cua.pem --system mot-cua-mau --hub lgsp-mau

    The private key stays in the file (PEM, PKCS#8, readable only by its owner).
    / Khóa bí mật chỉ nằm trong tệp này; không gửi cho bất kỳ ai.
    """
    from hub.cli import keymaking  # noqa: PLC0415  (`hub --help` loads no cryptography)

    keymaking.show(keymaking.new(out, system, hub, algorithm.value), as_json=as_json)


@key_app.command("proof")
def prove_key(
    key: KeyOption,
    system: SystemOption,
    hub: HubOption,
    algorithm: AlgorithmOption = None,
    as_json: JsonOption = False,
) -> None:
    """Print a fresh proof for a key that one has. / In lại bằng chứng sở hữu cho khóa đã có.

    A proof is good for 5 minutes. / Bằng chứng có hiệu lực 5 phút.
    """
    from hub.cli import keymaking  # noqa: PLC0415  (`hub --help` loads no cryptography)

    keymaking.show(keymaking.identity(system, hub, key, algorithm), as_json=as_json)
