"""Gather the parts of a support bundle. What does not answer is a part that says so."""

import io
import json
import zipfile
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from hub.cli import environment, wiring
from hub.cli.bundle import machine, settings, world
from hub.cli.bundle.masking import Masking
from hub.cli.home import Home
from hub.io.settings import IoSettings
from hub.ports import Refusing, Unavailable

MAX_PART_BYTES: Final = 4 * 1024 * 1024
"""Of one part: with all of them a bundle stays below 64 MiB, and some megabytes when packed."""
CUT: Final = "\n[cut here: the part was larger]\n"

README: Final = """Gói hỗ trợ của trục tích hợp · Support bundle of an integration hub

Có gì: phiên bản, cấu hình (bí mật đã che), trạng thái tiến trình, chủ đề Kafka, độ trễ, bước
chuyển đổi CSDL, báo cáo bộ kết nối, dung lượng đĩa, chỉ số kỹ thuật, các dòng nhật ký cuối.
Không có: nội dung văn bản, khóa, mật khẩu, mã thông báo. Dãy số dài, địa chỉ thư điện tử và chuỗi
giống mã truy cập trong nhật ký đã được che. Tên hệ thống và cơ quan thì có: hãy đọc trước khi gửi.

In it: versions, settings (secrets masked), the status of processes, Kafka topics, lags,
migrations, reports of connectors, disk, metrics, the last lines of logs.
Not in it: bodies of messages, keys, passwords, tokens. Long numbers, e-mail addresses and what
looks like a token are masked in logs. Names of systems and organisations are in it: read it before
you send it.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One file of a bundle."""

    name: str
    content: bytes
    problem: str | None = None
    """Why it says less than it should."""


async def gather(home: Home, lines: int) -> list[Part]:
    """Return all parts. `lines`: of each log, from its end.

    Raises:
        CommandFailed: there is no hub in this home, or a setting is wrong.
    """
    given = environment.given()
    masking = Masking(settings.secrets(home, given))
    stores = environment.read(IoSettings)
    connection, sql = wiring.kafka(stores), wiring.sql_url(stores, home)
    parts = [
        Part(name="README.txt", content=README.encode()),
        _json("about.json", machine.about(home), masking),
        _json("settings.json", settings.shown(given), masking),
        _json("processes.json", machine.processes(home), masking),
        _json("disk.json", machine.disk(home), masking),
        await _asked("topics.json", lambda: world.topics(connection), masking),
        await _asked("lags.json", lambda: world.lags(connection, sql), masking),
        await _asked("migrations.json", lambda: world.migrations(sql), masking),
        await _asked("connectors.json", lambda: world.connectors(sql), masking),
    ]
    for name, text in (await world.metrics()).items():
        parts.append(_text(f"metrics/{name}.txt", masking.known(text)))
    return [*parts, *_logs(home, lines, masking)]


def manifest(parts: list[Part]) -> dict[str, Any]:
    """Return the list of what is in a bundle."""
    return {
        "made_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "parts": [
            {"name": one.name, "bytes": len(one.content), "problem": one.problem} for one in parts
        ],
    }


def packed(parts: list[Part]) -> bytes:
    """Return the bundle as a ZIP file, with the list of what is in it."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("manifest.json", _dumped(manifest(parts)))
        for part in parts:
            archive.writestr(part.name, part.content)
    return file.getvalue()


def _logs(home: Home, lines: int, masking: Masking) -> Iterator[Part]:
    for name, path in machine.logs(home).items():
        where, ours = f"logs/{name}.log", name != "broker"
        try:
            yield _text(where, machine.log_end(path, lines, masking, ours=ours))
        except OSError as error:
            problem = f"no log: {error.strerror}"
            yield Part(name=where, content=b"", problem=problem)


async def _asked(name: str, ask: Callable[[], Awaitable[Any]], masking: Masking) -> Part:
    try:
        return _json(name, await ask(), masking)
    except (Unavailable, Refusing) as error:
        problem = masking.words(str(error))
        return Part(name=name, content=_dumped({"unavailable": problem}), problem=problem)


def _json(name: str, value: Any, masking: Masking) -> Part:
    return _bounded(name, _dumped(masking.value(value)))


def _text(name: str, text: str) -> Part:
    return _bounded(name, text.encode())


def _bounded(name: str, content: bytes) -> Part:
    if len(content) <= MAX_PART_BYTES:
        return Part(name=name, content=content)
    cut = content[:MAX_PART_BYTES] + CUT.encode()
    return Part(name=name, content=cut, problem="larger than 4 MiB, cut")


def _dumped(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, indent=1, default=str).encode()
