"""What the tests of the source share: configurations, a folder, an opened adapter."""

from hub_adapter_file_drop import FileDropIn

BODY = {"content": "body", "type": "vn.gov.dossier.received.v1"}
SCAN = {
    "content": "attachment",
    "type": "vn.gov.record.changed.v1",
    "subject": "${stem}",
    "template": {
        "dataset": "h99.ban-quet-mau",
        "record_id": "${stem}",
        "change": "created",
        "changed_at": "${modified}",
        "version": "${modified_ms}",
        "record": {"file": "Bản quét ${name}"},
        "objects": ["${object}"],
    },
}


def source(place, ready="rename", **more):
    return FileDropIn(FileDropIn.config_of({**place, "ready": ready, **more}))


def drop(folder, name, text='{"text":"mẫu"}'):
    (folder / name).write_text(text, encoding="utf-8")


def names(folder):
    return sorted(path.name for path in folder.iterdir()) if folder.exists() else []


async def opened(made, ctx, position=None):
    await made.open(ctx, position)
    return made
