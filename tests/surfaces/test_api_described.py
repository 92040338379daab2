"""The API keeps to its own description: schemathesis asks everything, sensible and not, of a hub that really runs."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis.strategies import booleans
from tests.surfaces.running import Running

schemathesis = pytest.importorskip("schemathesis", reason="`make install` with today's lock brings schemathesis")

REAL = {"household": "lind", "node": "home", "path": "Home.Climate.TargetTemperature"}
REAL_IN_BODY = {"node": "lind/home", "path": "Home.Climate.TargetTemperature", "by": "lind/ada"}
bounded = settings(
    max_examples=25, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck)
)


def name_real_things(case: Any) -> None:
    """Ask of what there is, for what goes wrong only there."""
    case.path_parameters = {name: REAL.get(name, value) for name, value in (case.path_parameters or {}).items()}
    if isinstance(case.body, dict):
        case.body |= {name: REAL_IN_BODY[name] for name in REAL_IN_BODY.keys() & case.body.keys()}


def test_every_answer_is_as_described(hub: Running) -> None:
    schema = schemathesis.openapi.from_url(f"{hub.url}/api/openapi.json")
    # No description can say which nodes there are, so what looks right may be refused.
    left_out = [schemathesis.specs.openapi.checks.positive_data_acceptance]
    headers, asked = hub.changing(), set()
    for found in schema.get_all_operations():
        operation = found.ok()
        asked.add(f"{operation.method.upper()} {operation.path}")

        @bounded
        @given(case=operation.as_strategy(), real=booleans())
        def ask(case: Any, real: bool) -> None:
            if real:
                name_real_things(case)
            case.call_and_validate(headers=headers, excluded_checks=left_out)

        ask()
    assert {"GET /api/health", "PUT /api/households", "POST /api/wishes", "GET /metrics"} <= asked
    assert hub.process.poll() is None, "and it lives on"
