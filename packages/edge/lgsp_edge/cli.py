"""The program `hub-edge`, and `hub edge` where the hub is installed. Commands import when used."""

import json
from pathlib import Path
from typing import Annotated, Any, Final

import typer
from typer.core import TyperGroup

from lgsp_edge.errors import EdgeError

EX_FAILED: Final = 1
EX_CONFIG: Final = 78
"""sysexits.h: a configuration error; a supervisor need not start the program again."""

FolderOption = Annotated[
    Path,
    typer.Option(
        "--folder",
        "-C",
        envvar="LGSP_EDGE",
        help="Folder of this edge connector. / Thư mục của bộ kết nối biên.",
    ),
]
JsonOption = Annotated[
    bool, typer.Option("--json", help="One JSON object. / In một đối tượng JSON.")
]
NameArgument = Annotated[str, typer.Argument(help="Name of a connector. / Tên kết nối.")]
NumberArgument = Annotated[int, typer.Argument(help="Its number. / Số thứ tự của thư lỗi.")]

HERE: Final = Path()


class Commands(TyperGroup):
    """All commands: a failed one prints its reason, not a stack trace."""

    def invoke(self, ctx: Any) -> Any:
        """Run one command.

        Raises:
            typer.Exit: it failed; the reason was printed on standard error.
        """
        try:
            return super().invoke(ctx)
        except EdgeError as error:
            typer.echo(f"hub-edge: {error}", err=True)
            raise typer.Exit(EX_CONFIG if ctx.invoked_subcommand == "run" else EX_FAILED) from error


app = typer.Typer(
    name="edge",
    cls=Commands,
    help="The edge connector: adapters at an agency behind a poor line, with a local encrypted "
    "spool.\n\nBộ kết nối biên: chạy tại cơ quan có đường truyền kém, ký và lưu tại chỗ, gửi lại "
    "đúng thứ tự khi có mạng.\n\nExit status / Mã thoát: 0 done (xong), 1 failed (không được), "
    "2 usage (sai cách dùng), 78 configuration (sai cấu hình).",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


@app.command()
def init(
    url: Annotated[str, typer.Option("--url", help="The hub, https://… / Địa chỉ của trục.")],
    hub: Annotated[str, typer.Option("--hub", help="The hub's id. / Mã của trục.")],
    system: Annotated[str, typer.Option("--system", help="Our own system. / Hệ thống của mình.")],
    folder: FolderOption = HERE,
    as_json: JsonOption = False,
) -> None:
    """Make the folder: signing key, spool key, edge.yaml. / Tạo thư mục, khóa và cấu hình.

    Example / Ví dụ: hub-edge init -C /var/lib/edge --url https://hub.tinh.example --hub lgsp-mau
    --system phuong-mau

    The keys stay here; what is printed is registered by the hub's administrator.
    / Khóa chỉ nằm tại đây; phần in ra dùng để đăng ký với trục.
    """
    from lgsp_edge import commands, folders  # noqa: PLC0415  (`--help` loads no cryptography)

    made = folders.init(folder, url, hub, system)
    if as_json:
        commands.say(made)
        return
    for name, value in made.items():
        typer.echo(f"{name}: {value if isinstance(value, str) else json.dumps(value)}")


@app.command()
def key(folder: FolderOption = HERE) -> None:
    """Print the registration with a fresh proof (5 minutes). / In lại phần đăng ký khóa.

    Example / Ví dụ: hub-edge key -C /var/lib/edge
    """
    from lgsp_edge import commands, folders, settings  # noqa: PLC0415

    who = settings.identity(folder, settings.load(folder).hub)
    commands.say(folders.registration(who))


@app.command()
def run(folder: FolderOption = HERE) -> None:
    """Work until Ctrl-C or SIGTERM. / Chạy cho đến khi dừng.

    Example / Ví dụ: hub-edge run -C /var/lib/edge
    """
    import asyncio  # noqa: PLC0415

    from lgsp_edge import logs, running  # noqa: PLC0415

    logs.log_as_lines()
    asyncio.run(running.run(folder))


@app.command()
def check(folder: FolderOption = HERE, as_json: JsonOption = False) -> None:
    """Look whether everything can be used. / Kiểm tra khóa, bộ đệm, đường truyền, kết nối.

    Example / Ví dụ: hub-edge check -C /var/lib/edge
    """
    import asyncio  # noqa: PLC0415

    from lgsp_edge import commands, running  # noqa: PLC0415

    found = asyncio.run(running.check(folder))
    if as_json:
        commands.say(found)
    else:
        for each in found:
            words = " / ".join(text for text in (each["vi"], each["en"]) if text)
            typer.echo(f"{'ok  ' if each['ok'] else 'FAIL'} {each['name']} {words}".rstrip())
    if not all(each["ok"] for each in found):
        raise typer.Exit(EX_FAILED)


@app.command()
def status(folder: FolderOption = HERE, as_json: JsonOption = False) -> None:
    """Show queues, the oldest waiting, the last contact, dead letters. / Xem tình trạng.

    Example / Ví dụ: hub-edge status -C /var/lib/edge --json
    """
    from lgsp_edge import commands  # noqa: PLC0415

    told = commands.table(folder)
    if as_json:
        commands.say(told)
        return
    for line in commands.in_words(told):
        typer.echo(line)


@app.command()
def pause(name: NameArgument, folder: FolderOption = HERE) -> None:
    """Let a connector rest; nothing is lost. / Tạm dừng một kết nối.

    Example / Ví dụ: hub-edge pause ho-so -C /var/lib/edge
    """
    from lgsp_edge import commands  # noqa: PLC0415

    commands.set_paused(folder, name, to=True)


@app.command()
def resume(name: NameArgument, folder: FolderOption = HERE) -> None:
    """Let a connector go on. / Cho một kết nối chạy tiếp.

    Example / Ví dụ: hub-edge resume ho-so -C /var/lib/edge
    """
    from lgsp_edge import commands  # noqa: PLC0415

    commands.set_paused(folder, name, to=False)


@app.command("dead-letters")
def dead_letters(folder: FolderOption = HERE) -> None:
    """List what waits for a decision, with reasons. / Liệt kê thư lỗi và lý do.

    Example / Ví dụ: hub-edge dead-letters -C /var/lib/edge
    """
    from lgsp_edge import commands  # noqa: PLC0415

    for each in commands.dead_letters(folder):
        commands.say(each)


@app.command()
def retry(
    number: NumberArgument,
    folder: FolderOption = HERE,
    connector: Annotated[str | None, typer.Option(help="Who takes it. / Kết nối sẽ nhận.")] = None,
) -> None:
    """Try a dead letter again, unchanged. / Thử lại một thư lỗi.

    Example / Ví dụ: hub-edge retry 17 -C /var/lib/edge
    """
    from lgsp_edge import commands  # noqa: PLC0415

    commands.retry(folder, number, connector)


@app.command()
def drop(
    number: NumberArgument,
    folder: FolderOption = HERE,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask. / Không hỏi lại.")] = False,
) -> None:
    """Give a dead letter up; its sender hears `rejected`. / Bỏ một thư lỗi.

    Example / Ví dụ: hub-edge drop 17 -C /var/lib/edge --yes
    """
    from lgsp_edge import commands  # noqa: PLC0415

    if not yes:
        typer.confirm("Bỏ hẳn? / Give it up for good?", abort=True)
    commands.drop(folder, number)


@app.command("rotate-key")
def rotate_key(folder: FolderOption = HERE) -> None:
    """Seal with a new key from now on; stop the program first. / Đổi khóa của bộ đệm.

    Example / Ví dụ: hub-edge rotate-key -C /var/lib/edge
    """
    from lgsp_edge import folders  # noqa: PLC0415

    typer.echo(folders.rotate_key(folder))


def main() -> None:
    """Run the program."""
    app(prog_name="hub-edge")


if __name__ == "__main__":
    main()
