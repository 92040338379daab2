"""Brings the registry in line with a household file, in one transaction, and says what changed."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, update
from sqlalchemy.orm import Session

from homeward.core.signal import Kind, Value
from homeward.registry.household import Household, Node
from homeward.registry.models import ConnectorRow, HouseholdRow, NodeRow, PersonRow, RuleRow, SceneRow, UntoldRow
from homeward.registry.store import Registry, stored


@dataclass(frozen=True, slots=True)
class Changes:
    """What applying a file changed, in words (`vehicle lind/car`, `lind/home Home.…: 20 → 21`), and what follows.

    `readings` are the first values that are new or different, (node, path, value); `Registry.untold` keeps them too.
    `nodes_gone` are nodes that are no more, or are now of another kind.
    """

    added: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    readings: tuple[tuple[str, str, Value], ...] = ()
    nodes_gone: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.added or self.changed or self.removed)


def apply(household: Household, registry: Registry) -> Changes:
    """Make the registry hold exactly what the file says of this household; a second time changes nothing.

    Credentials of nodes that stay are kept. Other households are not touched.
    """
    with registry.session() as session:
        # Writing first takes the lock, so that two files applied at once come one after the other.
        session.execute(
            update(HouseholdRow).where(HouseholdRow.name == household.name).values(name=household.name),
            execution_options={"synchronize_session": False},
        )
        before = stored(session, household.name)
        changes = compare(before, household)
        if changes:
            _store(session, household)
            _store_untold(session, household, changes)
        return changes


def compare(before: Household | None, after: Household) -> Changes:
    """What would change from one to the other."""
    old, new = _parts(before) if before else {}, _parts(after)
    names = sorted(old.keys() | new.keys(), key=lambda key: (list(ORDER).index(key[0]), key[1]))
    added = [_told(key) for key in names if key not in old]
    removed = [_told(key) for key in names if key not in new]
    changed = [
        f"{key[1]} {difference}"
        for key in names
        if key in old and key in new
        for difference in _differences(old[key], new[key])
    ]
    nodes_before = {node.name: node for node in before.nodes} if before else {}
    kinds = {node.name: node.kind for node in after.nodes}
    return Changes(
        added=tuple(added),
        changed=tuple(changed),
        removed=tuple(removed),
        readings=tuple(_news(nodes_before, after.nodes)),
        nodes_gone=tuple(name for name, node in nodes_before.items() if kinds.get(name) != node.kind),
    )


ORDER = ("household", *(kind.name.lower() for kind in Kind), "connector", "rule", "scene")
Parts = dict[tuple[str, str], dict[str, Any]]


def _parts(household: Household) -> Parts:
    """Everything in a household by what it is and its name, as flat dictionaries that can be compared."""
    parts: Parts = {("household", household.name): {"zone": household.zone}}
    for node in household.nodes:
        inside = {"in": node.inside} if node.inside else {}
        parts[node.kind.name.lower(), node.name] = inside | dict(node.attributes) | dict(node.signals)
    for connector in household.connectors:
        parts["connector", connector.name] = {"kind": connector.kind} | dict(connector.settings)
    for rule in household.rules:
        parts["rule", rule.name] = {"text": rule.text}
    for scene in household.scenes:
        parts["scene", scene.name] = {f"{node} {path}": value for node, path, value in scene.commands}
    return parts


def _told(key: tuple[str, str]) -> str:
    return f"{key[0]} {key[1]}"


def _differences(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterable[str]:
    for name in sorted(old.keys() | new.keys()):
        if name not in new:
            yield f"{name}: {_short(name, old[name])} → no longer given"
        elif name not in old:
            yield f"{name}: {_short(name, new[name])}"
        elif old[name] != new[name]:
            yield f"{name}: {_short(name, old[name])} → {_short(name, new[name])}"


def _short(name: str, value: Any) -> str:
    if any(word in name.lower() for word in ("password", "secret", "token", "key")):
        return "(secret)"
    if isinstance(value, dict | list):
        return "…"
    written = f"{value:g}" if isinstance(value, float) else " ".join(str(value).split())
    return written if len(written) <= 40 else written[:39] + "…"


def _news(before: Mapping[str, Node], nodes: Iterable[Node]) -> Iterable[tuple[str, str, Value]]:
    for node in nodes:
        known = before.get(node.name)
        for path, value in node.signals.items():
            if known is None or known.kind is not node.kind or known.signals.get(path) != value:
                yield node.name, path, value


def _store(session: Session, household: Household) -> None:
    session.merge(HouseholdRow(name=household.name, zone=household.zone))
    session.flush()
    _leave_out(session, NodeRow, household.name, [node.name for node in household.nodes])
    for node in household.nodes:
        row = NodeRow(
            name=node.name,
            household=household.name,
            kind=node.kind.name.lower(),
            inside=node.inside,
            attributes=dict(node.attributes),
            signals=dict(node.signals),
        )
        session.merge(row)
    session.flush()
    _store_people(session, household)
    others: dict[Any, list[tuple[str, dict[str, Any]]]] = {
        ConnectorRow: [(one.name, {"kind": one.kind, "settings": dict(one.settings)}) for one in household.connectors],
        RuleRow: [(one.name, {"text": one.text}) for one in household.rules],
        SceneRow: [(one.name, {"commands": [list(command) for command in one.commands]}) for one in household.scenes],
    }
    for table, parts in others.items():
        _leave_out(session, table, household.name, [name for name, _ in parts])
        for name, fields in parts:
            session.merge(table(household=household.name, name=name, **fields))


def _store_people(session: Session, household: Household) -> None:
    for node in household.nodes:
        if node.kind is Kind.PERSON:
            session.merge(PersonRow(node=node.name, role=str(node.attributes.get("role", "member"))))
        else:
            session.execute(delete(PersonRow).where(PersonRow.node == node.name))


def _store_untold(session: Session, household: Household, changes: Changes) -> None:
    """The twin should learn these in their order, whatever happens to the hub before it has told it."""
    session.execute(
        delete(UntoldRow).where(UntoldRow.household == household.name, UntoldRow.node.in_(changes.nodes_gone))
    )
    by_node: dict[str, dict[str, Value]] = {}
    for node, path, value in changes.readings:
        by_node.setdefault(node, {})[path] = value
    for node, said in by_node.items():
        session.add(UntoldRow(household=household.name, node=node, said=said))


def _leave_out(session: Session, table: Any, household: str, names: list[str]) -> None:
    session.execute(delete(table).where(table.household == household, table.name.not_in(names)))
