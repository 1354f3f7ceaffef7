"""The command `lgsp-verify`; `hub verify` is the same one."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from lgsp_verify.asice.container import MAX_CONTAINER_BYTES
from lgsp_verify.checks.case import Given
from lgsp_verify.export.verify import verify_export
from lgsp_verify.findings import Status
from lgsp_verify.report import LANGUAGES, Report
from lgsp_verify.trust import TrustBroken, load_trust
from lgsp_verify.verify import verify_bundle

EX_NOT_OK: Final = 1
EX_USAGE: Final = 2
_MAX_DOCUMENT_BYTES: Final = 2**30
"""A file is read into memory to be hashed; the hub takes objects of 1 GiB at most."""
_MAX_CHECKPOINT_BYTES: Final = 64 * 1024

DESCRIPTION: Final = (
    "Check the evidence about one message, or of a whole period, offline. / Kiểm tra bằng chứng "
    "của một bản tin, hoặc cả một thời kỳ, không cần mạng.\n\nExit status / Mã thoát: 0 nothing is "
    "wrong (không có gì sai; với --strict: mọi điều đều đạt), 1 something is (có điều sai), "
    "2 usage (sai cách dùng)."
)

_OPTIONS: Final[tuple[tuple[tuple[str, ...], dict[str, Any]], ...]] = (
    (
        ("bundle",),
        {
            "type": Path,
            "help": "the bundle, or the folder of an export / gói bằng chứng, hoặc thư mục xuất",
        },
    ),
    (
        ("--trust",),
        {
            "type": Path,
            "required": True,
            "metavar": "ROOTS",
            "help": "folder with trust.toml / thư mục gốc tin cậy",
        },
    ),
    (
        ("--document",),
        {
            "type": Path,
            "metavar": "FILE",
            "help": "the body, or an attached file, that you have / tệp bạn có",
        },
    ),
    (
        ("--checkpoint",),
        {
            "type": Path,
            "metavar": "FILE",
            "help": "a checkpoint that you have kept / điểm chốt bạn đã giữ",
        },
    ),
    (("--lang",), {"choices": LANGUAGES, "help": "one language only / chỉ một ngôn ngữ"}),
    (("--json",), {"action": "store_true", "help": "one JSON object / báo cáo dạng JSON"}),
    (
        ("--pdf",),
        {
            "type": Path,
            "metavar": "FILE",
            "help": "write a PDF too, needs lgsp-verify[pdf] / ghi thêm PDF",
        },
    ),
    (
        ("--strict",),
        {
            "action": "store_true",
            "help": "status 1 also for what is indeterminate / coi chưa rõ là sai",
        },
    ),
)


class _Unusable(Exception):
    """A file of the command line cannot be used."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; return its exit status."""
    options = _parser().parse_args(arguments)
    try:
        report = _verify(options)
        _tell(options, report)
    except (_Unusable, TrustBroken) as error:
        sys.stderr.write(f"lgsp-verify: {error}\n")
        return EX_USAGE
    bad = {Status.NOT_OK, Status.INDETERMINATE} if options.strict else {Status.NOT_OK}
    return EX_NOT_OK if report.verdict in bad else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="lgsp-verify",
        description=DESCRIPTION,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    for names, options in _OPTIONS:
        parser.add_argument(*names, **options)
    return parser


def _verify(options: argparse.Namespace) -> Report:
    given = Given(
        trust=load_trust(options.trust),
        document=_optional(options.document, _MAX_DOCUMENT_BYTES),
        checkpoint=_optional(options.checkpoint, _MAX_CHECKPOINT_BYTES),
    )
    if options.bundle.is_dir():
        return verify_export(options.bundle, given.trust)
    return verify_bundle(_read(options.bundle, MAX_CONTAINER_BYTES + 1), given)


def _tell(options: argparse.Namespace, report: Report) -> None:
    languages = (options.lang,) if options.lang else LANGUAGES
    if options.pdf:
        _write_pdf(options.pdf, report, languages)
    sys.stdout.write(report.as_json() + "\n" if options.json else report.as_text(languages))


def _write_pdf(path: Path, report: Report, languages: tuple[str, ...]) -> None:
    try:
        from lgsp_verify.pdf import as_pdf  # noqa: PLC0415  (an extra: most installs lack it)
    except ImportError as error:
        raise _Unusable("--pdf needs typst: pip install 'lgsp-verify[pdf]'") from error
    try:
        path.write_bytes(as_pdf(report, languages))
    except OSError as error:
        raise _Unusable(f"{path}: {error.strerror}") from error


def _optional(path: Path | None, most: int) -> bytes | None:
    return None if path is None else _read(path, most)


def _read(path: Path, most: int) -> bytes:
    try:
        with path.open("rb") as file:
            data = file.read(most)
    except OSError as error:
        raise _Unusable(f"{path}: {error.strerror}") from error
    return data


if __name__ == "__main__":
    raise SystemExit(main())
