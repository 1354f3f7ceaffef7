"""`hub adapter …`: make, try, test, document and lint an adapter. The work is the SDK's."""

import asyncio
import json
import subprocess
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from hub.cli import connector_adapters
from hub.cli.errors import EX_FAILED, CommandFailed

adapter_app = typer.Typer(
    help="Write adapters: new, dev, test, docs, lint. / Viết bộ chuyển đổi.",
    no_args_is_help=True,
)

Target = Annotated[Path, typer.Argument(help="Folder of the package, or a recipe (YAML).")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for programs.")]


def register(app: typer.Typer) -> None:
    """Mount `hub adapter …`."""
    connector_adapters.mount(adapter_app)
    app.add_typer(adapter_app, name="adapter")


@adapter_app.command("new")
def new(
    name: Annotated[str, typer.Argument(help="Such as mot-cua-h99.")],
    kind: Annotated[str, typer.Option(help="source, sink, service, poll or webhook.")] = "poll",
    into: Annotated[Path, typer.Option(help="Where the package's folder is made.")] = Path(),
    *,
    as_json: AsJson = False,
) -> None:
    """Make the package of a new adapter; its tests pass at once.

    Tạo gói bộ chuyển đổi mới, kiểm thử đạt ngay.

    \b
    Examples / ví dụ:
      hub adapter new mot-cua-h99 --kind poll
      hub adapter new e-office-h99 --kind service --into adapters
    """  # noqa: D301  (\b keeps the lines apart)
    from lgsp_adapter.tools.new import CannotMake, new_adapter  # noqa: PLC0415  (loads pydantic)

    try:
        files = new_adapter(name, kind, into)
    except CannotMake as error:
        raise CommandFailed(str(error)) from error
    root = into / f"hub-adapter-{name}"
    if as_json:
        _print({"folder": str(root), "files": [str(each) for each in files]})
        return
    for each in files:
        typer.echo(each)
    typer.echo(f"\nTiếp theo / next:\n  hub adapter test {root}")


@adapter_app.command("test")
def run_tests(target: Target, *, as_json: AsJson = False) -> None:
    """Run the tests of a package, or those that stand in a recipe. Exit status 1: not all passed.

    Chạy kiểm thử của gói, hoặc các kiểm thử nằm ngay trong tệp YAML.

    \b
    Examples / ví dụ:
      hub adapter test hub-adapter-mot-cua-h99
      hub adapter test mot-cua.yaml --json
    """  # noqa: D301  (\b keeps the lines apart)
    found = (
        _trials(target) if target.suffix in (".yaml", ".yml") else _pytest(target, quiet=as_json)
    )
    if as_json:
        _print(found)
    if not found["passed"]:
        raise typer.Exit(EX_FAILED)


def _trials(target: Path) -> dict[str, Any]:
    from lgsp_adapter.recipe import RecipeError, load_recipe, run_trials  # noqa: PLC0415

    try:
        found = run_trials(load_recipe(target))
    except RecipeError as error:
        raise CommandFailed(str(error)) from error
    if not found:
        raise CommandFailed(f"{target}: no tests in it; add some under `tests:`")
    for name, problems in found.items():
        typer.echo(f"{'not ok' if problems else 'ok'}  {name}", err=True)
        for each in problems:
            typer.echo(f"        {each}", err=True)
    return {"passed": not any(found.values()), "tests": found}


def _pytest(target: Path, *, quiet: bool) -> dict[str, Any]:
    if not (target / "pyproject.toml").is_file():
        raise CommandFailed(f"{target}: no pyproject.toml; name the folder of the package")
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"]
    done = subprocess.run(  # noqa: S603  (our own interpreter, no shell)
        command, cwd=target, check=False, stdout=subprocess.DEVNULL if quiet else None
    )
    return {"passed": done.returncode == 0, "exit": done.returncode}


@adapter_app.command("docs")
def docs(
    target: Target,
    check: Annotated[
        bool, typer.Option("--check", help="Write nothing; 1 if a page is old.")
    ] = False,
    *,
    as_json: AsJson = False,
) -> None:
    """Write the reference page of each adapter from its declaration.

    Viết trang tham khảo cấu hình từ khai báo của bộ chuyển đổi.

    \b
    Examples / ví dụ:
      hub adapter docs .
      hub adapter docs . --check
    """  # noqa: D301  (\b keeps the lines apart)
    from lgsp_adapter.tools.pages import stale_pages, write_pages  # noqa: PLC0415

    adapters = _adapters(target)
    changed = stale_pages(target, adapters) if check else write_pages(target, adapters)
    if as_json:
        _print({"stale" if check else "written": [str(each) for each in changed]})
    else:
        for each in changed:
            typer.echo(f"{each}{': old, run hub adapter docs' if check else ''}")
    if check and changed:
        raise typer.Exit(EX_FAILED)


@adapter_app.command("lint")
def lint(target: Target, *, as_json: AsJson = False) -> None:
    """Find what an adapter must not do: own retries, prints, naive times, secrets as text.

    Tìm những điều bộ chuyển đổi không được làm. Mã thoát 1: có lỗi.

    \b
    Examples / ví dụ:
      hub adapter lint .
      hub adapter lint . --json
    """  # noqa: D301  (\b keeps the lines apart)
    from lgsp_adapter.tools.lint import Finding, lint_package  # noqa: PLC0415
    from lgsp_adapter.tools.pages import stale_pages  # noqa: PLC0415

    adapters = _adapters(target)
    found = lint_package(target, adapters)
    for page in stale_pages(target, adapters):
        found.append(Finding(file=page.name, line=1, rule="stale-page"))
    rows = [each.as_dict() for each in found]
    if as_json:
        _print(rows)
    for row in () if as_json else rows:
        typer.echo(f"{row['file']}:{row['line']}: {row['rule']}: {row['vi']} / {row['en']}")
    if found:
        raise typer.Exit(EX_FAILED)


@adapter_app.command("dev")
def dev(
    target: Target,
    *,
    config: Annotated[Path, typer.Option(help="Configuration, JSON; secrets as env:NAME.")],
    network: Annotated[
        list[str] | None, typer.Option(help="CIDR it may connect to; more than one may be given.")
    ] = None,
    deliveries: Annotated[
        Path | None, typer.Option(help="What a sink gets, JSON lines: id, text, subject.")
    ] = None,
    record: Annotated[Path | None, typer.Option(help="Write the HTTP exchanges to a file.")] = None,
    replay: Annotated[Path | None, typer.Option(help="Answer from such a file instead.")] = None,
    port: Annotated[int, typer.Option(help="Where a service answers; 0: any free one.")] = 0,
    unsafe_allow_loopback: Annotated[
        bool, typer.Option(help="DANGEROUS: also connect to this machine's own services.")
    ] = False,
    once: Annotated[bool, typer.Option(help="Run once, and end.")] = False,
) -> None:
    """Run an adapter with the hub in memory; again whenever a file changes. Prints JSON lines.

    Chạy bộ chuyển đổi với trục trong bộ nhớ; tự chạy lại khi tệp đổi.

    \b
    Examples / ví dụ:
      hub adapter dev . --config config.sample.json --network 10.20.0.0/16 --record tape.jsonl
      hub adapter dev . --config config.sample.json --replay tape.jsonl --once
    """  # noqa: D301  (\b keeps the lines apart)
    from lgsp_adapter.guard import UNSAFE_LOOPBACK  # noqa: PLC0415
    from lgsp_adapter.tools.dev import DevOptions, develop  # noqa: PLC0415

    if record and replay:
        raise CommandFailed("--record and --replay exclude each other")
    allowed = (*(network or ()), *((UNSAFE_LOOPBACK,) if unsafe_allow_loopback else ()))
    options = DevOptions(
        target=target,
        config=config,
        networks=allowed,
        deliveries=deliveries,
        record=record,
        replay=replay,
        port=port,
        once=once,
    )
    if not asyncio.run(develop(options, _print)):
        raise typer.Exit(EX_FAILED)


def _adapters(target: Path) -> list[type[Any]]:
    from lgsp_adapter.tools.find import NotFound, adapters_of  # noqa: PLC0415

    try:
        return adapters_of(target)
    except NotFound as error:
        raise CommandFailed(str(error)) from error


def _print(value: Any) -> None:
    typer.echo(json.dumps(value, ensure_ascii=False))
