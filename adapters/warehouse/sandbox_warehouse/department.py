"""A department's database, as the warehouse sees it: changes of synthetic records."""

import json
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from typing import Any

ZONE = timezone(timedelta(hours=7))
BEGIN = datetime(2026, 11, 22, 8, tzinfo=ZONE)


@dataclass(slots=True)
class Department:
    """States each change as a body of `vn.gov.record.changed.v1`."""

    dataset: str = "h99.ho-kinh-doanh-mau"
    versions: dict[str, int] = field(default_factory=dict)

    def changed(self, record_id: str, record: dict[str, Any] | None, *, minutes: int = 0) -> bytes:
        """Return the body of the next change; a record of None is a deletion."""
        version = self.versions.get(record_id, 0) + 1
        self.versions[record_id] = version
        change = "deleted" if record is None else "created" if version == 1 else "updated"
        body: dict[str, Any] = {
            "dataset": self.dataset,
            "record_id": record_id,
            "change": change,
            "changed_at": (BEGIN + timedelta(minutes=minutes)).isoformat(),
            "version": version,
        }
        if record is not None:
            body["record"] = record
        return json.dumps(body, ensure_ascii=False).encode()
