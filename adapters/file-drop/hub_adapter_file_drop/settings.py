"""Where the folder is, when a file is complete, and what a message is made of."""

from typing import Annotated, Any, Literal, TypeAlias

from lgsp_adapter import Config, Secret, Text
from lgsp_message.limits import MAX_BODY_BYTES
from pydantic import Field, StringConstraints, model_validator

from hub_adapter_file_drop.template import check_template

EventType = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9.-]+\.v[1-9][0-9]{0,3}$")]
Ready: TypeAlias = Literal["rename", "stable", "done", "sha256"]


class Sftp(Config):
    """An SFTP server. Its key must be known beforehand: "accept any" is not offered."""

    host: Annotated[str, Text(vi="Máy chủ", en="Host")] = Field(min_length=1)
    port: Annotated[int, Text(vi="Cổng", en="Port")] = Field(default=22, ge=1, le=65535)
    user: Annotated[str, Text(vi="Tài khoản", en="User")] = Field(min_length=1)
    host_key: Annotated[str, Text(vi="Khóa của máy chủ", en="Host key")] = Field(
        pattern=r"^(ssh-ed25519|ecdsa-sha2-nistp[0-9]{3}|ssh-rsa) [A-Za-z0-9+/]+={0,2}( .*)?$"
    )
    """The server's public key in one line, as `ssh-keyscan` shows it, got by a second way."""
    key: Annotated[Secret, Text(vi="Khóa riêng", en="Private key")]
    """Our private key, OpenSSH or PEM form, without a passphrase."""
    connect_seconds: Annotated[float, Text(vi="Chờ kết nối", en="Connect time-out, s")] = Field(
        default=15, gt=0, le=120
    )


class FolderConfig(Config):
    """The folder."""

    folder: Annotated[str, Text(vi="Thư mục", en="Folder")] = Field(min_length=1)
    """Its path, on this machine or on the SFTP server."""
    sftp: Annotated[Sftp | None, Text(vi="Máy chủ SFTP", en="SFTP server")] = None
    """Left out, the folder is on this machine."""
    busy_seconds: Annotated[float, Text(vi="Nghỉ khi đầy hoặc bận", en="Pause when full, s")] = (
        Field(default=60, ge=1, le=3600)
    )
    """A full disk names no time to wait; this is it."""


class SourceConfig(FolderConfig):
    """What to read, and what becomes of it."""

    ready: Annotated[Ready, Text(vi="Khi nào tệp đủ", en="When a file is complete")]
    """`rename`: it appears under its name only when complete. `stable`: size and time of change did
    not move for `stable_seconds`. `done`: `NAME.done` stands beside it. `sha256`: `NAME.sha256`
    does, and holds its hash: the only way that also shows damage."""
    stable_seconds: Annotated[float, Text(vi="Thời gian ổn định", en="Stable for, s")] = Field(
        default=30, ge=1, le=3600
    )
    pattern: Annotated[str, Text(vi="Mẫu tên tệp", en="File name pattern")] = Field(
        default="*", min_length=1, max_length=200
    )
    """With `*` and `?`; upper and lower case differ. Other files stay untouched."""
    order: Annotated[Literal["name", "time"], Text(vi="Thứ tự", en="Order")] = "name"
    content: Annotated[Literal["body", "attachment"], Text(vi="Nội dung tệp", en="A file is")]
    """`body`: the JSON of the message. `attachment`: kept as an object, beside a body made of
    `template`."""
    type: Annotated[EventType, Text(vi="Loại sự kiện", en="Event type")]
    template: Annotated[dict[str, Any] | None, Text(vi="Mẫu nội dung", en="Body template")] = None
    """For attachments: JSON whose strings may hold `${name}`, `${stem}`, `${suffix}`, `${sha256}`,
    `${size}`, `${modified}`, `${modified_ms}`, `${media_type}`; a string that is `${object}` alone
    becomes the reference to the file."""
    subject: Annotated[str | None, Text(vi="Chủ đề", en="Subject")] = None
    """For bodies a JSON pointer (`/dossier_code`), for attachments a template (`${stem}`)."""
    recipients: Annotated[tuple[str, ...], Text(vi="Nơi nhận", en="Recipients")] = ()
    media_type: Annotated[str | None, Text(vi="Kiểu nội dung", en="Media type")] = None
    """Of attachments; left out, it is told by the ending of the name."""
    max_bytes: Annotated[int, Text(vi="Kích thước tối đa", en="Largest file, bytes")] = Field(
        default=50_000_000, ge=1, le=5_000_000_000
    )
    """For bodies never more than the hub's own limit, 256 KiB. Archives are not unpacked."""

    @property
    def limit(self) -> int:
        """Return the largest file that is read, in bytes."""
        return min(self.max_bytes, MAX_BODY_BYTES) if self.content == "body" else self.max_bytes

    @model_validator(mode="after")
    def _content_fits(self) -> "SourceConfig":
        if (self.content == "attachment") is (self.template is None):
            raise ValueError("template: for attachments, and only for them")
        if self.content == "body" and self.subject is not None and self.subject[:1] != "/":
            raise ValueError("subject: a JSON pointer")
        if self.content == "attachment":
            check_template(self.template)
            check_template(self.subject)
        return self


class SinkConfig(FolderConfig):
    """What to write."""

    checksum: Annotated[bool, Text(vi="Kèm tệp mã băm", en="Checksum file")] = True
    """`NAME.sha256`, in the form of sha256sum, after the file itself."""
    attributes: Annotated[bool, Text(vi="Kèm tệp thuộc tính", en="Attributes file")] = True
    """`NAME.meta`: signed attributes, signature and delivery token, before the file itself."""
    objects: Annotated[bool, Text(vi="Kèm tệp đính kèm", en="Attachments")] = True
    """Each object as `NAME.<first 16 digits of its hash>.object`, before the file itself."""
