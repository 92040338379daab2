"""Secrets of people and devices: kept as scrypt hashes, compared in constant time."""

import hashlib
import hmac
import secrets

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from homeward.core.signal import Refused
from homeward.registry.models import CredentialRow, NodeRow

COST = 2**14
"""scrypt's N: 16 MiB and some 50 ms a check."""

LEAST_CHARACTERS = 8
NOBODY = CredentialRow(node="", label="", salt=bytes(16), hash=bytes(32), cost=COST, made_at=0.0)


def set_credential(session: Session, node: str, secret: str, made_at: float, label: str = "password") -> None:
    """Let this secret stand for the node, in place of an earlier one of that label. Raises Refused."""
    if len(secret) < LEAST_CHARACTERS:
        raise Refused(f"a secret of {len(secret)} characters is too short; use at least {LEAST_CHARACTERS}")
    if session.get(NodeRow, node) is None:
        raise Refused(f"there is no node {node[:100]}; add it to the household file first")
    salt = secrets.token_bytes(16)
    hashed = _hashed(secret, salt, COST)
    session.merge(CredentialRow(node=node, label=label, salt=salt, hash=hashed, cost=COST, made_at=made_at))


def check_credential(session: Session, node: str, secret: str) -> bool:
    """Whether the secret is one of that node's. Takes as long for a node that has none as for one that has."""
    rows = list(session.scalars(select(CredentialRow).where(CredentialRow.node == node)))
    matches = [hmac.compare_digest(_hashed(secret, row.salt, row.cost), row.hash) for row in rows or [NOBODY]]
    return bool(rows) and any(matches)


def remove_credentials(session: Session, node: str, label: str | None = None) -> int:
    """Take away a node's secrets, all or the one of that label; returns how many there were."""
    which = delete(CredentialRow).where(CredentialRow.node == node)
    if label is not None:
        which = which.where(CredentialRow.label == label)
    return len(session.execute(which.returning(CredentialRow.label)).all())


def _hashed(secret: str, salt: bytes, cost: int) -> bytes:
    taken = secret.encode("utf-8", "surrogatepass")
    return hashlib.scrypt(taken, salt=salt, n=cost, r=8, p=1, maxmem=2**27, dklen=32)
