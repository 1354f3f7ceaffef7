"""An edge connector in a process of its own that dies at a named point: kill -9, by itself."""

import asyncio
import os
import signal
import sys
from pathlib import Path

from lgsp_adapter import Done, Idempotence, Spec

from tests import edge_rig as rig

POINTS = (
    *("spooled", "acknowledged", "sent", "sent_noted", "receipts_signed"),
    *("fetched", "taken_in", "attempted", "written", "settled"),
)


class LookUpSink(rig.FolderSink):
    """Does it again when it is called again; it can be asked."""

    spec = Spec(
        name="lookup",
        version="1.0.0",
        kind=rig.FolderSink.spec.kind,
        config=rig.FolderConfig,
        title=rig.FolderSink.spec.title,
        types=("*",),
        idempotence=Idempotence.LOOK_UP,
    )

    async def write(self, batch):
        for each in batch:
            rig.append(self.config.folder / "log", each.key)
        return [Done() for _ in batch]

    async def find(self, key):
        return Done() if key in rig.lines_of(self.config.folder / "log") else None


ADAPTERS = {"lines": rig.LinesSource, "folder": LookUpSink}


def killer(point, nth):
    """Return what ends this process at the `nth` pass of a point."""
    passes = []

    def at(name):
        if name == point:
            passes.append(name)
            if len(passes) == nth:
                os.kill(os.getpid(), signal.SIGKILL)

    return at


def parts(folder):
    """Return the settings and the hub of a test folder."""
    settings = rig.settings_of(
        rig.source_of(folder / "in.txt", batch=2), rig.sink_of(folder / "out", batch=2), page=3
    )
    return settings, rig.FileHub(folder / "hub")


async def main(folder, point, nth):
    """Work until killed."""
    settings, hub = parts(folder)
    with rig.spool_at(folder / "edge", point=killer(point, nth)) as spool:
        await rig.edge_of(spool, hub, settings, adapters=ADAPTERS).run()


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])))
