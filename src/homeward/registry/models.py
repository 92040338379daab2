"""The tables of the registry: households, their nodes and people, connectors, rules, scenes and credentials."""

from typing import Any, ClassVar

from sqlalchemy import JSON, Float, ForeignKey, LargeBinary, String, Text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

NAME = String(97)
"""Long enough for `household/node`, 48 characters each."""


class Table(DeclarativeBase):
    """What all tables have in common."""

    type_annotation_map: ClassVar[dict[Any, Any]] = {dict[str, Any]: JSON, list[Any]: JSON}


def _household() -> Mapped[str]:
    return mapped_column(NAME, ForeignKey("households.name", ondelete="CASCADE"), primary_key=True)


class HouseholdRow(Table):
    """A household and its time zone."""

    __tablename__ = "households"
    name: Mapped[str] = mapped_column(NAME, primary_key=True)
    zone: Mapped[str] = mapped_column(String(64))


class NodeRow(Table):
    """A node by its full name; `signals` are the first values that the household file gave."""

    __tablename__ = "nodes"
    name: Mapped[str] = mapped_column(NAME, primary_key=True)
    household: Mapped[str] = mapped_column(NAME, ForeignKey("households.name", ondelete="CASCADE"), index=True)
    kind: Mapped[str] = mapped_column(String(16))
    inside: Mapped[str] = mapped_column(NAME, default="")
    attributes: Mapped[dict[str, Any]]
    signals: Mapped[dict[str, Any]]


class UntoldRow(Table):
    """A first value that is not in the hub's log yet: kept with the file it came from until it is."""

    __tablename__ = "untold"
    id: Mapped[int] = mapped_column(primary_key=True)
    household: Mapped[str] = mapped_column(NAME, ForeignKey("households.name", ondelete="CASCADE"), index=True)
    node: Mapped[str] = mapped_column(NAME)
    said: Mapped[dict[str, Any]]


class PersonRow(Table):
    """What only a person has: the role they play in the household (owner, member, guest)."""

    __tablename__ = "people"
    node: Mapped[str] = mapped_column(NAME, ForeignKey("nodes.name", ondelete="CASCADE"), primary_key=True)
    role: Mapped[str] = mapped_column(String(16))


class ConnectorRow(Table):
    """A connector to start for a household, its settings as written."""

    __tablename__ = "connectors"
    household: Mapped[str] = _household()
    name: Mapped[str] = mapped_column(NAME, primary_key=True)
    kind: Mapped[str] = mapped_column(String(64))
    settings: Mapped[dict[str, Any]]


class RuleRow(Table):
    """A rule as its author wrote it."""

    __tablename__ = "rules"
    household: Mapped[str] = _household()
    name: Mapped[str] = mapped_column(NAME, primary_key=True)
    text: Mapped[str] = mapped_column(Text)


class SceneRow(Table):
    """A scene: a list of [node, path, value]."""

    __tablename__ = "scenes"
    household: Mapped[str] = _household()
    name: Mapped[str] = mapped_column(NAME, primary_key=True)
    commands: Mapped[list[Any]]


class TokenRow(Table):
    """A token for the API and the pages; only its SHA-256 is kept. '' for all households, for nobody."""

    __tablename__ = "tokens"
    name: Mapped[str] = mapped_column(String(64), primary_key=True)
    hash: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    scopes: Mapped[list[Any]]
    household: Mapped[str] = mapped_column(NAME, default="")
    person: Mapped[str] = mapped_column(NAME, default="")
    made_at: Mapped[float] = mapped_column(Float)
    expires_at: Mapped[float | None] = mapped_column(Float, nullable=True)


class CredentialRow(Table):
    """A secret by which a node (a person, a device) proves who it is; only its scrypt hash is kept."""

    __tablename__ = "credentials"
    node: Mapped[str] = mapped_column(NAME, ForeignKey("nodes.name", ondelete="CASCADE"), primary_key=True)
    label: Mapped[str] = mapped_column(String(64), primary_key=True)
    salt: Mapped[bytes] = mapped_column(LargeBinary(16))
    hash: Mapped[bytes] = mapped_column(LargeBinary(32))
    cost: Mapped[int]
    made_at: Mapped[float] = mapped_column(Float)
