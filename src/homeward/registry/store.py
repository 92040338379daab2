"""The registry: who and what there is, in a database (SQLite in a file by default, others by their URL)."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import create_engine, delete, event, select
from sqlalchemy.engine import URL, make_url
from sqlalchemy.orm import Session

from homeward.core.signal import Kind, Value
from homeward.registry.credentials import check_credential, remove_credentials, set_credential
from homeward.registry.household import Connection, Household, Node, RuleText, Scene
from homeward.registry.models import ConnectorRow, HouseholdRow, NodeRow, RuleRow, SceneRow, Table, UntoldRow
from homeward.registry.tokens import Token, add_token, find_token, remove_token, tokens


class Registry:
    """Households and all that belongs to them; `where` is a file's path or a database URL. Safe across threads.

    Its tables are made where they are missing.
    """

    def __init__(self, where: Path | str) -> None:
        url = make_url(where) if isinstance(where, str) else URL.create("sqlite", database=str(where))
        self.engine = create_engine(url)
        if url.get_backend_name() == "sqlite":
            if url.database and url.database != ":memory:":
                Path(url.database).touch(mode=0o600)  # it holds what connectors log in with
            event.listen(self.engine, "connect", _careful)
        Table.metadata.create_all(self.engine)

    def close(self) -> None:
        """Let go of the database."""
        self.engine.dispose()

    @contextmanager
    def session(self) -> Iterator[Session]:
        """A transaction: everything done in it is kept if it ends well, nothing if it raises."""
        with Session(self.engine) as session, session.begin():
            yield session

    def households(self) -> list[str]:
        """The names of all households, in order."""
        with self.session() as session:
            return list(session.scalars(select(HouseholdRow.name).order_by(HouseholdRow.name)))

    def household(self, name: str) -> Household | None:
        """All that was applied for a household, or None where there is none of that name."""
        with self.session() as session:
            return stored(session, name)

    def untold(self) -> list[tuple[int, str, dict[str, Value]]]:
        """First values that nobody has been told yet, in their order: a number to say `told` by, the node, and what."""
        with self.session() as session:
            return [(one.id, one.node, one.said) for one in session.scalars(select(UntoldRow).order_by(UntoldRow.id))]

    def told(self, number: int) -> None:
        """Take note that they are in the log."""
        with self.session() as session:
            session.execute(delete(UntoldRow).where(UntoldRow.id == number))

    def remove(self, name: str) -> bool:
        """Forget a household with all that belongs to it, credentials too; False where there was none."""
        with self.session() as session:
            gone = session.execute(delete(HouseholdRow).where(HouseholdRow.name == name).returning(HouseholdRow.name))
            return gone.first() is not None

    def set_credential(self, node: str, secret: str, made_at: float, label: str = "password") -> None:
        """Let this secret stand for a node, in place of an earlier one of that label. Raises Refused."""
        with self.session() as session:
            set_credential(session, node, secret, made_at, label)

    def check_credential(self, node: str, secret: str) -> bool:
        """Whether the secret is one of that node's; about 50 ms, on purpose."""
        with self.session() as session:
            return check_credential(session, node, secret)

    def add_token(self, token: Token) -> str:
        """A new token's secret. Raises Refused."""
        with self.session() as session:
            return add_token(session, token)

    def tokens(self) -> list[Token]:
        """All tokens by name."""
        with self.session() as session:
            return tokens(session)

    def find_token(self, secret: str, now: float) -> Token | None:
        """The token of that secret, if it still counts."""
        with self.session() as session:
            return find_token(session, secret, now)

    def remove_token(self, name: str) -> None:
        """Let a token be worth nothing any more. Raises Refused."""
        with self.session() as session:
            remove_token(session, name)

    def remove_credentials(self, node: str, label: str | None = None) -> int:
        """Take away a node's secrets, all or the one of that label; returns how many there were."""
        with self.session() as session:
            return remove_credentials(session, node, label)


def stored(session: Session, name: str) -> Household | None:
    """A household as the database has it, its parts in order of their names."""
    row = session.get(HouseholdRow, name)
    if row is None:
        return None

    def belonging(table: Any) -> Any:
        return session.scalars(select(table).where(table.household == name).order_by(table.name))

    return Household(
        name,
        row.zone,
        tuple(
            Node(node.name, Kind[node.kind.upper()], node.inside, node.attributes, node.signals)
            for node in belonging(NodeRow)
        ),
        tuple(Connection(one.name, one.kind, one.settings) for one in belonging(ConnectorRow)),
        tuple(RuleText(one.name, one.text) for one in belonging(RuleRow)),
        tuple(
            Scene(one.name, tuple((node, path, value) for node, path, value in one.commands))
            for one in belonging(SceneRow)
        ),
    )


def _careful(connection: Any, _: object) -> None:
    """SQLite's own defaults ignore foreign keys, and let a writer block readers."""
    for setting in ("foreign_keys = on", "journal_mode = wal", "synchronous = full", "busy_timeout = 10000"):
        connection.execute(f"pragma {setting}")
