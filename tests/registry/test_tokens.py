"""Tokens: kept as hashes, checked, bounded in what they may do, and worth nothing when removed or over."""

from pathlib import Path

import pytest
from sqlalchemy import select

from homeward.core.signal import Kind, Refused
from homeward.registry.apply import apply
from homeward.registry.household import Household, Node
from homeward.registry.models import TokenRow
from homeward.registry.store import Registry
from homeward.registry.tokens import Token


@pytest.fixture
def registry(tmp_path: Path) -> Registry:
    registry = Registry(tmp_path / "registry.sqlite")
    apply(Household("lind", "UTC", (Node("lind/ada", Kind.PERSON), Node("lind/car", Kind.VEHICLE))), registry)
    return registry


def test_a_token_is_found_by_its_secret_only_and_the_secret_is_not_kept(registry: Registry) -> None:
    secret = registry.add_token(Token("phone", ("look", "wish"), "lind", "lind/ada", 5.0, 100.0))
    assert secret.startswith("hw_") and len(secret) > 40
    found = registry.find_token(secret, 50.0)
    assert found == Token("phone", ("look", "wish"), "lind", "lind/ada", 5.0, 100.0)
    assert registry.find_token(secret + "x", 50.0) is None is registry.find_token("", 50.0)
    with registry.session() as session:
        [row] = session.scalars(select(TokenRow)).all()
        assert secret.encode() not in row.hash and len(row.hash) == 32


def test_it_ends_when_it_is_over_or_removed(registry: Registry) -> None:
    secret = registry.add_token(Token("phone", ("look",), expires_at=100.0))
    assert registry.find_token(secret, 100.0) is None
    lasting = registry.add_token(Token("wall", ("look",)))
    assert registry.find_token(lasting, 1e12) is not None
    registry.remove_token("wall")
    assert registry.find_token(lasting, 50.0) is None
    assert [one.name for one in registry.tokens()] == ["phone"]
    with pytest.raises(Refused, match="there is phone"):
        registry.remove_token("wall")


@pytest.mark.parametrize(
    ("token", "said"),
    [
        (Token("x", ()), "is no scope"),
        (Token("x", ("look", "rule")), "rule is no scope of a token; there is look, wish, readings, arrange"),
        (Token("", ("look",)), "is no name"),
        (Token("a\nb", ("look",)), "is no name"),
        (Token("x", ("look",), "berg"), "no household berg"),
        (Token("x", ("look",), "lind", "lind/car"), "is no person"),
        (Token("x", ("look",), "", "lind/ada"), "is no person of the household"),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_is_kept(registry: Registry, token: Token, said: str) -> None:
    with pytest.raises(Refused, match=said):
        registry.add_token(token)
    assert registry.tokens() == []


def test_a_name_is_used_once(registry: Registry) -> None:
    registry.add_token(Token("wall", ("look",)))
    with pytest.raises(Refused, match="already"):
        registry.add_token(Token("wall", ("look",)))
