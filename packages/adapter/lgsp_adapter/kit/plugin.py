"""The pytest plugin: the marker of a promise, and a summary that names what is not kept."""

from collections.abc import Generator

import pytest

from lgsp_adapter.kit.promise import MARK

_kept = pytest.StashKey[dict[str, list[str]]]()


def pytest_configure(config: pytest.Config) -> None:
    """Register the marker."""
    config.addinivalue_line("markers", f"{MARK}(name): a promise of the adapter conformance kit")
    outcomes: dict[str, list[str]] = {"passed": [], "failed": [], "skipped": []}
    config.stash[_kept] = outcomes


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Note how each promise ended."""
    report = yield
    mark = item.get_closest_marker(MARK)
    ended = report.when == "call" or (report.when == "setup" and not report.passed)
    if mark is not None and ended:
        item.config.stash[_kept][report.outcome].append(
            f"{getattr(item.parent, 'name', '')}: {mark.args[0]}"
        )
    return report


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say how many promises are kept, and which are not."""
    found = terminalreporter.config.stash[_kept]
    judged = found["passed"] + found["failed"]
    if not judged:
        return
    terminalreporter.section("adapter conformance")
    for name in found["failed"]:
        terminalreporter.line(f"not kept: {name}", red=True)
    skipped = f", {len(found['skipped'])} do not apply" if found["skipped"] else ""
    terminalreporter.line(f"{len(found['passed'])} of {len(judged)} promises are kept{skipped}")
