"""What an adapter must not do, as far as its text shows it. Fast; the kit finds the rest."""

import ast
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from lgsp_adapter.config import config_schema
from lgsp_adapter.secret import FORMAT

RULES: Final[dict[str, tuple[str, str]]] = {
    "syntax": ("Tệp không phải mã Python", "the file is not Python"),
    "print": ("Không dùng print; dùng ctx.log", "no print: use ctx.log"),
    "own-log": ("Không tự tạo logger; dùng ctx.log", "no logger of its own: use ctx.log"),
    "sleep": ("Không tự chờ; hệ thống vận hành lo", "no sleep: the runtime waits"),
    "retry-loop": ("Không tự gửi lại; báo Retryable", "no retry loop: raise Retryable"),
    "naive-time": ("Thời gian phải có múi giờ; dùng ctx.now()", "aware times only: use ctx.now()"),
    "hub-import": ("Không dùng mã của trục", "imports nothing of the hub"),
    "own-client": ("Gọi ra ngoài bằng open_client", "connect by open_client(ctx.networks)"),
    "secret-as-text": ("Bí mật phải có kiểu Secret", "a secret is of type Secret, not text"),
    "stale-page": ("Trang tham khảo đã cũ: hub adapter docs", "the page is old: hub adapter docs"),
}  # fmt: skip

_HUB: Final = ("hub", "simulator", "bench")
_CLIENTS: Final = {
    *("AsyncClient", "Client", "ClientSession", "urlopen", "HTTPConnection", "HTTPSConnection"),
}
_CLIENT_MODULES: Final = {"requests", "urllib3"}
_NAIVE: Final = {"utcnow", "utcfromtimestamp", "today"}
_SECRET_WORDS: Final = ("password", "passwd", "secret", "token", "api_key", "apikey", "mat_khau")


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing to correct."""

    file: str
    line: int
    rule: str

    def as_dict(self) -> dict[str, Any]:
        """Return it with its text in both languages."""
        vi, en = RULES[self.rule]
        return {**asdict(self), "vi": vi, "en": en}


def lint_package(root: Path, adapters: Sequence[type[Any]]) -> list[Finding]:
    """Return what is wrong with a package: its own code, not its tests and not its sandbox peer."""
    files = [] if root.is_file() else [*root.rglob("*.py")]
    ours = [each for each in files if not _is_apart(each.relative_to(root))]
    found = [each for file in sorted(ours) for each in lint_file(file, str(file.relative_to(root)))]
    return [*found, *_secrets(adapters)]


def lint_file(file: Path, name: str) -> list[Finding]:
    """Return what is wrong with one file."""
    try:
        tree = ast.parse(file.read_text(encoding="utf-8"))
    except (SyntaxError, UnicodeDecodeError) as error:
        line = getattr(error, "lineno", None) or 1
        return [Finding(file=name, line=line, rule="syntax")]
    found = {(node.lineno, rule) for node, rule in _rules(tree)}
    return [Finding(file=name, line=line, rule=rule) for line, rule in sorted(found)]


def _is_apart(place: Path) -> bool:
    hidden = any(part.startswith((".", "sandbox_")) for part in place.parts)
    return hidden or place.parts[0] in ("tests", "build", "dist")


def _secrets(adapters: Sequence[type[Any]]) -> Iterator[Finding]:
    for adapter in adapters:
        fields = config_schema(adapter.spec.config).get("properties", {})
        for name, field in fields.items():
            looks = any(word in name.lower() for word in _SECRET_WORDS)
            if looks and field.get("type") == "string" and field.get("format") != FORMAT:
                place = f"{adapter.spec.name}: config.{name}"
                yield Finding(file=place, line=0, rule="secret-as-text")


def _rules(tree: ast.Module) -> Iterator[tuple[Any, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import | ast.ImportFrom):
            yield from _import(node)
        elif isinstance(node, ast.Call):
            yield from _call(node)
        elif isinstance(node, ast.For | ast.While | ast.AsyncFor) and _retries(node):
            yield node, "retry-loop"


def _import(node: ast.Import | ast.ImportFrom) -> Iterator[tuple[Any, str]]:
    names = [each.name for each in node.names]
    if isinstance(node, ast.ImportFrom):
        names = [node.module or ""] if node.level == 0 else []
    roots = {name.partition(".")[0] for name in names}
    if roots & set(_HUB):
        yield node, "hub-import"
    if roots & _CLIENT_MODULES:
        yield node, "own-client"


def _call(node: ast.Call) -> Iterator[tuple[Any, str]]:
    name = _name(node.func)
    if name == "print" and isinstance(node.func, ast.Name):
        yield node, "print"
    elif name == "getLogger":
        yield node, "own-log"
    elif name == "sleep":
        yield node, "sleep"
    elif name in _CLIENTS:
        yield node, "own-client"
    elif name in _NAIVE or (name in ("now", "fromtimestamp") and _is_naive(node, name)):
        yield node, "naive-time"


def _is_naive(node: ast.Call, name: str) -> bool:
    """Say whether `datetime.now()` has no zone; `ctx.now()` always has one."""
    owner = _name(node.func.value) if isinstance(node.func, ast.Attribute) else ""
    zone = any(each.arg == "tz" for each in node.keywords)
    zone = zone or len(node.args) > (1 if name == "fromtimestamp" else 0)
    return owner == "datetime" and not zone


def _retries(loop: ast.For | ast.While | ast.AsyncFor) -> bool:
    """Say whether a loop goes round again because something failed.

    Over `range` or without a condition: a loop over records goes on with the next one.
    """
    over_range = isinstance(loop, ast.For) and _name(getattr(loop.iter, "func", None)) == "range"
    endless = isinstance(loop, ast.While)
    handlers = [each for each in ast.walk(loop) if isinstance(each, ast.ExceptHandler)]
    waits = any(isinstance(each, ast.Await) for each in ast.walk(loop))
    goes_on = any(not _leaves(handler) for handler in handlers)
    return (over_range or endless) and waits and goes_on


def _leaves(handler: ast.ExceptHandler) -> bool:
    return any(isinstance(each, ast.Raise | ast.Return | ast.Break) for each in ast.walk(handler))


def _name(node: Any) -> str:
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""
