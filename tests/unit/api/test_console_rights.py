"""The console's own table of rights is what the API enforces."""

from pathlib import Path

from dashboard.rights import needs, render

SOURCE = Path(__file__).parents[3] / "dashboard" / "src" / "api" / "rights.ts"


def test_the_console_has_the_table_that_the_hub_enforces():
    """`scripts/console build` writes it."""
    assert SOURCE.read_text(encoding="utf-8") == render()


def test_read_only_mode_stops_what_writes_and_never_its_own_switch():
    found = needs()
    assert found["PUT /ops/limits/{procedure}"]["stops"] is True
    assert found["change put_connector"]["stops"] is True
    assert found["POST /ops/read-only"]["stops"] is False
    assert found["POST /ops/routes:simulate"]["stops"] is False
