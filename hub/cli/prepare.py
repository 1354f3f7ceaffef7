"""What must exist before the processes start: tables, topics, the shipped schemas.

`python -m hub.cli.prepare HOME`: what `hub up` needs, made or already there.
"""

import asyncio
import sys
from pathlib import Path

from hub.cli import environment, wiring
from hub.cli.errors import EX_FAILED, CommandFailed
from hub.cli.home import Home, Identity
from hub.cli.settings import SupervisorSettings
from hub.control import store
from hub.control.migrate import migrate
from hub.control.people.passwords import Passwords
from hub.control.people.people import People
from hub.control.people.roles import Roles
from hub.control.people.second_person import SecondPerson
from hub.control.refusals import ChangeRefused
from hub.control.seed import seed_schemas
from hub.control.service import Control
from hub.io.kafka.admin import ensure_topics
from hub.io.kafka.topics import hub_topics
from hub.io.settings import IoSettings
from hub.io.sql.engine import opened, sql_errors
from hub.ports import Unavailable
from hub.schemas.catalogue import shipped


async def prepare_at_init(home: Home, identity: Identity) -> str | None:
    """Make tables and seed; topics only where the broker already runs.

    The embedded broker starts with `hub up`, which makes the topics then. Returns the first
    password of the first account, where it was made now.

    Raises:
        CommandFailed: SQL or Kafka does not answer.
    """
    settings = environment.read(IoSettings)
    try:
        await prepare_sql(settings, home, identity)
        if environment.read(SupervisorSettings).broker == "external":
            await prepare_topics(settings, identity)
        return await _first_account(settings, home, identity)
    except Unavailable as error:
        raise CommandFailed(f"{error}. Start it, then run `hub init` again.") from error


async def prepare_sql(settings: IoSettings, home: Home, identity: Identity) -> None:
    """Bring the tables to this version and publish the schemas that come with it.

    Raises:
        Unavailable: the database does not answer.
        CommandFailed: another content was published under the name of a shipped schema.
    """
    url = wiring.sql_url(settings, home)
    await migrate(url)
    async with opened(url) as engine:
        await _seed(Control(engine, identity.hub))


async def _seed(control: Control) -> None:
    """Publish what is missing; a start that changes nothing leaves no entry in the trail."""
    shipped_keys = [f"schema/{schema.uri.removeprefix('urn:hub:schema:')}" for schema in shipped()]
    with sql_errors("reading the schemas"):
        async with control.engine.connect() as connection:
            known = await store.load(connection, shipped_keys)
    if len(known) < len(shipped_keys):
        try:
            await seed_schemas(control)
        except ChangeRefused as refused:
            raise CommandFailed(str(refused)) from refused


async def _first_account(settings: IoSettings, home: Home, identity: Identity) -> str | None:
    # Last: what is printed must open something. A crash before the print is mended by
    # `hub user reset admin`, with the admin token.
    async with opened(wiring.sql_url(settings, home)) as engine:
        control = Control(engine, identity.hub)
        second = SecondPerson(control)
        return await People(control, Passwords(), Roles(control, second)).first()


async def prepare_topics(settings: IoSettings, identity: Identity) -> None:
    """Make the hub's own topics that are missing.

    Raises:
        Unavailable: Kafka does not answer.
    """
    await ensure_topics(wiring.kafka(settings), hub_topics(identity.partitions))


async def _prepare_at_up(home: Home) -> None:
    identity, settings = home.identity(), environment.read(IoSettings)
    await prepare_sql(settings, home, identity)
    await prepare_topics(settings, identity)


def main() -> int:
    """Prepare the home that is given; where that fails, say why on standard error."""
    try:
        asyncio.run(_prepare_at_up(environment.home(Path(sys.argv[1]))))
    except (Unavailable, CommandFailed) as error:
        sys.stderr.write(f"{error}\n")
        return EX_FAILED
    return 0


if __name__ == "__main__":
    sys.exit(main())
