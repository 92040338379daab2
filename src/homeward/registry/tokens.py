"""Tokens by which programs and people reach the API and the pages: what each may do, for whom, until when.

Only a SHA-256 hash of a token is kept: tokens are 256 random bits, so there is nothing to guess or to slow down.
"""

import hashlib
import secrets
from collections.abc import Collection
from dataclasses import dataclass
from math import inf

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from homeward.core.signal import Refused
from homeward.registry.models import HouseholdRow, NodeRow, TokenRow

SCOPES = ("look", "wish", "readings", "arrange")
"""To see; to ask for things and answer; to tell readings and traffic; to apply files, devices and tokens."""
MOST, LONGEST_NAME = 1000, 64


@dataclass(frozen=True, slots=True)
class Token:
    """What a token is for: its scopes, one household or '' for all, the person it speaks as or '', until when."""

    name: str
    scopes: tuple[str, ...]
    household: str = ""
    person: str = ""
    made_at: float = 0.0
    expires_at: float = inf


def add_token(session: Session, token: Token) -> str:
    """A new token's secret, told this once. Raises Refused for what cannot be."""
    wrong = [scope for scope in token.scopes if scope not in SCOPES]
    if wrong or not token.scopes:
        raise Refused(f"{wrong[0] if wrong else 'nothing'} is no scope of a token; there is {', '.join(SCOPES)}")
    if not token.name.isprintable() or not 0 < len(token.name) <= LONGEST_NAME:
        raise Refused(f"{token.name[:80]!r} is no name for a token; write 1 to {LONGEST_NAME} characters")
    if session.get(TokenRow, token.name) is not None:
        raise Refused(f"there is a token {token.name!r} already; remove it first, or choose another name")
    if token.household and session.get(HouseholdRow, token.household) is None:
        raise Refused(f"there is no household {token.household}")
    if token.person and (not token.household or not _is_person(session, token)):
        raise Refused(f"{token.person} is no person of the household {token.household or '(name one)'}")
    if len(session.scalars(select(TokenRow.name)).all()) >= MOST:
        raise Refused(f"there are {MOST} tokens; remove some first")
    secret = f"hw_{secrets.token_urlsafe(32)}"
    expires = None if token.expires_at == inf else token.expires_at
    session.add(
        TokenRow(
            name=token.name, hash=hashed(secret), scopes=list(token.scopes), household=token.household,
            person=token.person, made_at=token.made_at, expires_at=expires,
        )
    )  # fmt: skip
    return secret


def _is_person(session: Session, token: Token) -> bool:
    row = session.get(NodeRow, token.person)
    return row is not None and row.kind == "person" and row.household == token.household


def tokens(session: Session) -> list[Token]:
    """All tokens by name."""
    return [_token(row) for row in session.scalars(select(TokenRow).order_by(TokenRow.name))]


def find_token(session: Session, secret: str, now: float) -> Token | None:
    """The token of that secret, if it still counts."""
    row = session.scalars(select(TokenRow).where(TokenRow.hash == hashed(secret))).first()
    token = _token(row) if row is not None else None
    return token if token is not None and now < token.expires_at else None


def remove_token(session: Session, name: str) -> None:
    """Let a token be worth nothing any more. Raises Refused where there is none of that name."""
    if session.execute(delete(TokenRow).where(TokenRow.name == name).returning(TokenRow.name)).first() is None:
        known: Collection[str] = session.scalars(select(TokenRow.name).order_by(TokenRow.name)).all()
        raise Refused(f"no token {name[:80]!r}; there is {', '.join(known) or 'none'}")


def hashed(secret: str) -> bytes:
    """What is kept of a secret."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).digest()


def _token(row: TokenRow) -> Token:
    expires = inf if row.expires_at is None else row.expires_at
    return Token(row.name, tuple(row.scopes), row.household, row.person, row.made_at, expires)
