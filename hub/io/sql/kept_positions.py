"""How far something was read, one row a partition, in the table of whoever reads."""

from collections.abc import Iterable, Mapping

from sqlalchemy import Connection, Table, select, update

from hub.io.sql.upsert import insert_missing


def kept_positions(
    connection: Connection, table: Table, partitions: Iterable[int]
) -> dict[int, int]:
    """Return the next offset of each partition; one that was not read before begins at 0."""
    numbers = list(partitions)
    rows = [{"partition": number, "next_offset": 0} for number in numbers]
    insert_missing(connection, table, rows)
    found = connection.execute(select(table.c.partition, table.c.next_offset))
    stored = {row.partition: row.next_offset for row in found}
    return {number: stored[number] for number in numbers}


def advance(
    connection: Connection, table: Table, start: Mapping[int, int], end: Mapping[int, int]
) -> bool:
    """Move positions from `start` to `end`; say whether all stood at their start.

    False: somebody else has read meanwhile, and the transaction must be rolled back.
    """
    # Sorted: two that advance the same partitions wait for each other, and never in a circle.
    return all(_moved(connection, table, part, start[part], end[part]) for part in sorted(end))


def _moved(connection: Connection, table: Table, partition: int, start: int, end: int) -> bool:
    moved = connection.execute(
        update(table)
        .where(table.c.partition == partition, table.c.next_offset == start)
        .values(next_offset=end)
    )
    return moved.rowcount == 1
