"""House rules that neither type checker nor import-linter can say."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest
from lgsp_message.reason import Reason

ROOT = Path(__file__).parents[2]
ROOMS = ("hub", "packages", "simulator", "bench")
MIGRATIONS = "hub/control/migrations/versions"
PURE = (
    "hub/decision/",
    "hub/directory/",
    "hub/schemas/",
    "hub/signing/",
    "hub/ports.py",
    "hub/answers.py",
    "packages/message/",
)
MAX_LINES = 400


@cache
def sources():
    """Every Python file of the product: path to text."""
    return {
        path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8")
        for room in ROOMS
        for path in sorted((ROOT / room).rglob("*.py"))
        if not {".venv", "node_modules"} & set(path.parts)
    }


@cache
def trees():
    return {path: ast.parse(text) for path, text in sources().items()}


def pure_trees():
    return {path: tree for path, tree in trees().items() if path.startswith(PURE)}


def calls(tree, name):
    """The calls of a function or class by its last name."""
    return [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and (
            (isinstance(node.func, ast.Name) and node.func.id == name)
            or (isinstance(node.func, ast.Attribute) and node.func.attr == name)
        )
    ]


def test_only_verify_makes_a_message():
    assert [path for path, tree in trees().items() if calls(tree, "Message")] == [
        "packages/message/lgsp_message/jws.py"
    ]
    jws = trees()["packages/message/lgsp_message/jws.py"]
    makers = [node for node in jws.body if calls(node, "Message")]
    assert [node.name for node in makers if isinstance(node, ast.FunctionDef)] == ["verify"]


CATCHES_REFUSED = {
    "hub/decision/pipeline.py": "where the decision is made",
    "hub/decision/check.py": "the dry run collects every refusal instead of the first",
    "hub/decision/rehearsal.py": "what admission would refuse at once is told as the outcome",
    "hub/api/ops/impact.py": "a body that older limits let in counts as one that would break",
    "hub/api/readings.py": "a body that cannot be read is told beside the signed original",
    "hub/api/ops/schemas.py": "a sample that is no JSON is told as the answer",
    "hub/api/ops/routing_table.py": "an address that leads nowhere is a row that says why",
    "hub/decision/exchanges.py": "says where the token of an answer stands, and raises again",
    "packages/client/lgsp_client/directory.py": "whom an address reaches is the caller's to know",
    "packages/client/lgsp_client/exchange.py": "what nobody can prove is no answer",
    "hub/decision/statements.py": "says which item of a receipt, and raises again",
    "hub/router/batch.py": "a command of the hub to itself is refused like a message",
    "hub/io/admission.py": "after a secrecy marking the objects go; raised again",
    "hub/io/uploads.py": "after a secrecy marking the parts go; raised again",
    "hub/connectors/lending.py": "what a connector may not store is told to its adapter",
    "hub/connectors/bridge.py": "a record on a system's own topic is refused in the audit",
    "hub/connectors/intake.py": "what a source brings becomes a dead letter, a caller is told",
    "hub/io/kafka/codec.py": "a record that nobody admitted becomes a value without attributes",
    "hub/api/messages.py": "each part of a batch gets its own answer",
    "hub/io/tracing.py": "a span names the reason and raises again",
    "hub/api/submit.py": "counts it for the metrics and raises again",
    "packages/client/lgsp_client/inbox.py": "a bad message in an inbox does not stop the loop",
    "packages/client/lgsp_client/outgoing.py": "a sender's own mistake becomes the client's error",
    "hub/api/tokens.py": "a client assertion that is not strict JSON is no assertion",
    "packages/edge/lgsp_edge/receiver.py": "a message that cannot be proven is stated as rejected",
    "hub/evidence/deciding.py": "an order is refused again as the router refused it",
    "hub/evidence/messages.py": "what cannot be read names no key; the refusal itself is proven",
    "packages/evidence/lgsp_verify/checks/message.py": "a refusal is confirmed by the same one",
    "packages/evidence/lgsp_verify/checks/receipts.py": "a receipt that proves nothing is told",
    "packages/evidence/lgsp_verify/checks/registered.py": "what cannot be read names no key",
    "packages/message/lgsp_message/key_proof.py": "a proof that is not strict JSON is no proof",
    "hub/api/ops/dead_letters.py": "an operator's choice of a recipient that the rules refuse",
    "hub/control/redirects.py": "which systems may get it: each is asked for",
    "hub/control/resubmission.py": "what admission would refuse now is not approved: it waits on",
}
"""Everywhere else a refusal passes through to one of these."""


def catches(tree, name):
    return any(
        isinstance(node, ast.ExceptHandler)
        and node.type is not None
        and any(isinstance(part, ast.Name) and part.id == name for part in ast.walk(node.type))
        for node in ast.walk(tree)
    )


def test_a_refusal_is_caught_only_where_the_list_says_why():
    catching = {path for path, tree in trees().items() if catches(tree, "Refused")}
    assert catching == set(CATCHES_REFUSED)


IMPURE_MODULES = {
    *["asyncio", "threading", "subprocess", "pathlib", "tempfile", "shutil", "uuid", "secrets"],
    *["logging", "structlog", "warnings", "signal", "ssl", "urllib.request", "http", "ctypes"],
    *["concurrent", "multiprocessing", "contextvars", "prometheus_client", "pydantic_settings"],
}
IMPURE_CALLS = ("now", "utcnow", "today", "open", "print", "input", "getenv", "breakpoint", "exec")


ALLOWED = {
    "hub/signing/documents/judge.py": {"logging"},
}
"""Libraries that log whom a certificate names are silenced where they are used."""
PORTS = {"hub/ports.py", "hub/signing/documents/question.py"}
"""Where Protocols say what others wait for."""


def imported(tree):
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module


@pytest.mark.parametrize("path", sorted(pure_trees()))
def test_a_pure_room_has_no_clock_no_log_no_thread_and_no_state(path):
    tree = pure_trees()[path]
    roots = {name for module in imported(tree) for name in (module, module.partition(".")[0])}
    assert not roots & IMPURE_MODULES - ALLOWED.get(path, set())
    for name in IMPURE_CALLS:
        assert not calls(tree, name), name
    waiting = ast.Await if path in PORTS else (ast.AsyncFunctionDef, ast.Await)
    for node in ast.walk(tree):
        assert not isinstance(node, ast.Global), node.lineno
        assert not isinstance(node, waiting), node.lineno


def main_block(node):
    return isinstance(node, ast.If) and "__main__" in ast.unparse(node.test)


@pytest.mark.parametrize("path", sorted(pure_trees()))
def test_a_pure_room_prints_only_when_it_is_run_as_a_program(path):
    inside = [node for node in pure_trees()[path].body if not main_block(node)]
    assert not any("sys." in ast.unparse(node) for node in inside if not _imports(node))


def _imports(node):
    return isinstance(node, (ast.Import, ast.ImportFrom))


@cache
def settings_classes():
    return {
        node.name
        for tree in trees().values()
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef)
        and any(ast.unparse(base).endswith("BaseSettings") for base in node.bases)
    }


def test_settings_are_read_only_by_the_commands():
    for path, tree in trees().items():
        if path.startswith("hub/") and not path.startswith("hub/cli/"):
            read = {name for name in settings_classes() if calls(tree, name)}
            assert not read, f"{path} reads {read}"


def test_every_consumer_reads_committed_records_only():
    """Invariant 2: what an aborted transaction wrote was never said."""
    for path, tree in trees().items():
        blind = {call.lineno for call in consumers_that_only_look_for_the_end(tree)}
        for call in calls(tree, "AIOKafkaConsumer"):
            if call.lineno in blind:
                continue
            written = {keyword.arg: ast.unparse(keyword.value) for keyword in call.keywords}
            assert written.get("isolation_level") == "'read_committed'", f"{path}:{call.lineno}"


def consumers_that_only_look_for_the_end(tree):
    """Return consumers of a function that asks for the end and reads nothing, nor hands it on."""
    for function in ast.walk(tree):
        if isinstance(function, ast.AsyncFunctionDef) and function.name == "ends_of":
            asked = {
                node.func.attr
                for node in ast.walk(function)
                if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
            }
            assert asked == {"options", "start", "end_offsets"}
            returned = [n for n in ast.walk(function) if isinstance(n, ast.Return)]
            assert [ast.unparse(node) for node in returned] == ["return ends"]
            yield from calls(function, "AIOKafkaConsumer")


def test_no_opening_of_a_kafka_client_can_be_cancelled_half_way():
    """The library forgets such a connection: it stays open until the broker closes it."""
    for path, tree in trees().items():
        if not path.startswith("hub/io/kafka/"):
            continue
        awaited = [node.value for node in ast.walk(tree) if isinstance(node, ast.Await)]
        opened = {"consumer.start()", "producer.start()", "admin.start()"}
        assert not opened & {ast.unparse(one) for one in awaited}, path


@cache
def port_methods():
    """Names of methods whose contract is the docstring of a Protocol."""
    return {
        method.name
        for tree in trees().values()
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef)
        and any("Protocol" in ast.unparse(base) for base in node.bases)
        for method in node.body
        if isinstance(method, (ast.FunctionDef, ast.AsyncFunctionDef))
    }


def undocumented(path):
    for node in trees()[path].body:
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            yield from [node.name] if _is_bare(node) else []
        elif isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
            yield from [node.name] if ast.get_docstring(node) is None else []
            yield from (
                f"{node.name}.{part.name}"
                for part in node.body
                if isinstance(part, (ast.FunctionDef, ast.AsyncFunctionDef))
                and _is_bare(part)
                and not _implements(node, part)
            )


def _is_bare(node):
    return not node.name.startswith("_") and ast.get_docstring(node) is None


def _implements(owner, method):
    """A port's docstring is its methods' contract; so is a base class's."""
    if method.name in port_methods() or owner.bases:
        return True
    return any("overload" in ast.unparse(mark) for mark in method.decorator_list)


@pytest.mark.parametrize("path", sorted(path for path in sources() if MIGRATIONS not in path))
def test_every_public_name_has_a_docstring(path):
    assert ast.get_docstring(trees()[path]) is not None, "the module"
    assert not list(undocumented(path))


def test_no_file_is_longer_than_one_can_keep_in_mind():
    long = {path: text.count("\n") for path, text in sources().items()}
    assert not {path: lines for path, lines in long.items() if lines > MAX_LINES}


def test_nothing_is_left_for_later():
    word = re.compile(r"\b(?:TODO|FIXME|XXX|HACK)\b")
    assert not [path for path, text in sources().items() if word.search(text)]


@pytest.mark.parametrize("number", range(1, 12))
def test_each_invariant_is_named_where_it_is_upheld(number):
    named = re.compile(rf"\bInvariant {number}:")
    lines = [path for path, text in sources().items() if named.search(text)]
    assert lines, f"no line says which invariant {number} it upholds"


def test_the_page_of_the_path_names_files_that_exist_and_every_reason():
    page = (ROOT / "docs" / "message-path.md").read_text(encoding="utf-8")
    files = re.findall(r"`((?:hub|packages)/[\w./-]+)`", page)
    assert len(files) > 20
    assert not [name for name in files if not (ROOT / name).is_file()]
    table = page.partition("## The steps")[2].partition("## What a failure does")[0]
    assert not [reason for reason in Reason if f"`{reason}`" not in table]


def test_the_page_of_the_path_has_every_file_of_the_path():
    page = (ROOT / "docs" / "message-path.md").read_text(encoding="utf-8")
    steps = ast.walk(trees()["hub/decision/pipeline.py"])
    modules = [node.module for node in steps if isinstance(node, ast.ImportFrom) and node.module]
    for module in modules:
        if module.startswith("hub.decision"):
            assert f"`{module.replace('.', '/')}.py`" in page, module
