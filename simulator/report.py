"""The verdict for people: one table, in Vietnamese and English."""

from collections.abc import Mapping
from typing import Any, Final

from rich.table import Table

from simulator.foreign.peers import TITLES, Peer

_COUNTS: Final = (
    ("submitted", "Đã gửi", "submitted"),
    ("admitted", "Được nhận", "admitted"),
    ("duplicates", "Trùng lặp, chỉ giao một lần", "duplicates suppressed"),
    ("delivered", "Đã giao (thông điệp × nơi nhận)", "delivered (message × recipient)"),
    ("received", "Nơi nhận đã lấy về", "received"),
    ("acknowledged", "Nơi nhận đã xác nhận", "acknowledged"),
)
_FAULTS: Final = (
    ("lost", "Mất", "lost"),
    ("doubled", "Giao hai lần", "doubled"),
    ("wrong", "Sai kết quả hoặc sai lý do", "wrong outcome or reason"),
    ("stray", "Nằm sai chỗ", "in a wrong place"),
    ("altered", "Bị thay đổi", "altered"),
    ("unanswered", "Không được trả lời", "unanswered"),
    ("unsent", "Không gửi được", "could not be sent"),
    ("unreceived", "Chưa lấy về", "not received"),
    ("unsettled", "Xác nhận không được ghi", "statement not recorded"),
)
_ALWAYS: Final = ("lost", "doubled", "wrong")


def table_of(verdict: Mapping[str, Any]) -> Table:
    """Return the verdict, as `Judgement.as_json` gives it, as a table."""
    table = Table(title="Kết quả một ngày làm việc / The day's verdict", title_justify="left")
    table.add_column("")
    table.add_column("", justify="right")
    for name, vi, en in _COUNTS:
        table.add_row(f"{vi} / {en}", f"{verdict[name]:,}")
    table.add_section()
    for reason, count in verdict["refused"].items():
        table.add_row(f"Bị từ chối / refused: {reason}", f"{count:,}")
    table.add_section()
    for name, vi, en in _FAULTS:
        count = verdict[name]
        if count or name in _ALWAYS:
            colour = "red" if count else "green"
            where = f" ({verdict['examples'][name]})" if name in verdict["examples"] else ""
            table.add_row(f"{vi} / {en}{where}", f"[{colour}]{count:,}[/]")
    table.add_section()
    for peer, flow in verdict["foreign"].items():
        _add_peer(table, TITLES[Peer(peer)], flow)
        for reason, count in flow["refused"].items():
            where = verdict["examples"].get(f"{peer} refused", "")
            table.add_row(f"  bị từ chối / refused: {reason} ({where})", f"[red]{count:,}[/]")
    table.add_section()
    _add_latencies(table, verdict)
    return table


def _add_peer(table: Table, title: str, flow: Mapping[str, Any]) -> None:
    bad = flow["lost"] or flow["doubled"]
    faults = f"{flow['lost']:,} · {flow['doubled']:,}"
    text = f"{flow['sent']:,} · {flow['received']:,} · {flow['dead_letters']:,} · "
    table.add_row(
        f"{title}: gửi · nhận · chờ người · mất · hai lần / sent · received · dead letters · "
        "lost · doubled",
        f"{text}[{'red' if bad else 'green'}]{faults}[/]",
    )


def _add_latencies(table: Table, verdict: Mapping[str, Any]) -> None:
    rows = (
        ("", "Gửi → có trong hộp thư / submit → in the inbox"),
        ("received_", "Gửi → nơi nhận có / submit → received"),
    )
    for prefix, title in rows:
        values = [verdict[f"{prefix}p{part}_ms"] for part in (50, 95, 99)]
        shown = " · ".join("–" if value is None else f"{value:,.0f}" for value in values)
        table.add_row(f"{title}, p50 · p95 · p99", f"{shown} ms")
