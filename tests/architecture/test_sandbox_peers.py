"""Adapter and peer are two readings of one published shape: neither may lean on the other."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SANDBOXES = sorted(ROOT.glob("adapters/*/sandbox_*"))
ADAPTERS = sorted(ROOT.glob("adapters/*/hub_adapter_*"))


def imports(folder: Path) -> Iterator[str]:
    for path in folder.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Import):
                yield from (each.name for each in node.names)
            elif isinstance(node, ast.ImportFrom):
                yield node.module or ""


@pytest.mark.parametrize("folder", SANDBOXES, ids=lambda folder: folder.name)
def test_a_peer_knows_no_adapter_no_hub_and_no_codec(folder):
    roots = {name.partition(".")[0] for name in imports(folder)}
    assert not {name for name in roots if name.startswith("hub")}
    assert "lgsp_edxml" not in roots


@pytest.mark.parametrize("folder", ADAPTERS, ids=lambda folder: folder.name)
def test_an_adapter_knows_no_peer_and_no_hub(folder):
    assert not {name for name in imports(folder) if "sandbox" in name}
    assert "hub" not in {name.partition(".")[0] for name in imports(folder)}


def test_the_sdk_outside_its_sandbox_room_does_not_need_it():
    sdk = ROOT / "packages" / "adapter" / "lgsp_adapter"
    rooms = [each for each in sdk.iterdir() if each.is_dir() and each.name != "sandbox"]
    assert not {name for room in rooms for name in imports(room) if "sandbox" in name}
    assert SANDBOXES
    assert len(SANDBOXES) == len(ADAPTERS)
