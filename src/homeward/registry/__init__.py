"""Who and what there is: households, nodes, people, connectors, rules, credentials, and the file that says so."""

from homeward.registry.apply import Changes, apply
from homeward.registry.household import Connection, Household, Node, RuleText, Scene, parse
from homeward.registry.problems import HouseholdErrors, Problem
from homeward.registry.store import Registry

__all__ = [
    "Changes",
    "Connection",
    "Household",
    "HouseholdErrors",
    "Node",
    "Problem",
    "Registry",
    "RuleText",
    "Scene",
    "apply",
    "parse",
]
