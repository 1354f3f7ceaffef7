"""An old one-stop program: it writes an outbox table, reads an inbox table, knows no hub."""

from dataclasses import dataclass

from sqlalchemy import (
    Column,
    Connection,
    Engine,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    func,
    insert,
    select,
    update,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class InboxRow:
    """One row as the old program sees it."""

    key: str
    id: str
    body: str
    subject: str | None


class OldSoftware:
    """Its tables: `ho_so_di` (out) and `ho_so_den` (in). Synthetic contents only."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self._meta = MetaData()
        self.outbox = Table(
            "ho_so_di",
            self._meta,
            Column("stt", Integer, primary_key=True, autoincrement=True),
            Column("ma", String(64), nullable=False, unique=True),
            Column("loai", String(100), nullable=False),
            Column("chu_de", String(200)),
            Column("noi_dung", Text().with_variant(_long_text(), "mysql"), nullable=False),
            Column("da_gui", Integer, nullable=False, server_default="0"),
            Column("moc", Integer, nullable=False),
        )
        self.inbox = Table(
            "ho_so_den",
            self._meta,
            Column("khoa", String(200), primary_key=True),
            Column("ma", String(64), nullable=False),
            Column("chu_de", String(200)),
            Column("noi_dung", Text().with_variant(_long_text(), "mysql"), nullable=False),
            Column("goc", LargeBinary),
            Column("nhan", Integer, nullable=False, server_default="0"),
        )

    def install(self) -> None:
        """Make the tables where they are missing."""
        self._meta.create_all(self.engine)

    def put(
        self, id_: str, body: str, subject: str | None = None, *, mark: int | None = None
    ) -> None:
        """Write one row to the outbox, in a transaction of its own."""
        with self.engine.begin() as connection:
            self.put_in(connection, id_, body, subject, mark=mark)

    def put_in(
        self,
        connection: Connection,
        id_: str,
        body: str,
        subject: str | None = None,
        *,
        mark: int | None = None,
    ) -> None:
        """Write one row in a transaction of the caller, who may commit it late."""
        if mark is None:
            mark = connection.execute(select(func.count()).select_from(self.outbox)).scalar_one()
        row = {"ma": id_, "loai": "vn.gov.dossier.received.v1", "chu_de": subject}
        connection.execute(insert(self.outbox).values(**row, noi_dung=body, moc=mark))

    def sent(self) -> list[str]:
        """Return the ids that are marked as sent, in order."""
        query = select(self.outbox.c.ma).where(self.outbox.c.da_gui == 1)
        with self.engine.connect() as connection:
            return list(connection.execute(query.order_by(self.outbox.c.stt)).scalars())

    def received(self) -> list[InboxRow]:
        """Return the rows of the inbox, in order of their ids."""
        table = self.inbox.c
        query = select(table.khoa, table.ma, table.noi_dung, table.chu_de).order_by(table.ma)
        with self.engine.connect() as connection:
            rows = connection.execute(query).all()
        return [InboxRow(key=row[0], id=row[1], body=row[2], subject=row[3]) for row in rows]

    def take(self, id_: str) -> None:
        """Process one row: mark it as taken, as old programs do."""
        with self.engine.begin() as connection:
            connection.execute(update(self.inbox).where(self.inbox.c.ma == id_).values(nhan=1))


def _long_text() -> Text:
    # MySQL's TEXT ends at 64 KiB; a body may have 256.
    return Text(length=16_777_215)
