"""What JSON can say and nothing can hold: refused in words, and the hub lives on."""

import httpx
import pytest
from tests.surfaces.running import Running

WISH = '{"node":"lind/home","path":"Home.Climate.TargetTemperature","by":"lind/ada","value":%s%s}'


@pytest.mark.parametrize(
    ("route", "body"),
    [
        ("wishes", WISH % ("NaN", "")),
        ("wishes", WISH % ("1e999", "")),
        ("wishes", WISH % ("20", ',"until":Infinity')),
        ("wishes", WISH % ("20", ',"why":"\\ud800"')),
        ("wishes", WISH.replace("Home.Climate", "Home\\udfff") % ("20", "")),
        ("readings", '{"node":"lind/car","readings":{"Vehicle.Problem":"\\ud800"}}'),
        ("readings", '{"node":"lind/car","readings":{"Vehicle.Prob\\ud800":"x"}}'),
        ("readings", '{"node":"lind/car","readings":{"Vehicle.Speed":-1e999}}'),
        ("readings", '{"node":"lind/car","readings":' + "[" * 50_000),
        ("readings", "\x00\xff"),
    ],
)
def test_it_is_refused_in_words(hub: Running, route: str, body: str) -> None:
    headers = hub.changing() | {"Content-Type": "application/json"}
    answer = httpx.post(f"{hub.url}/api/{route}", content=body, headers=headers)
    assert answer.status_code in (400, 422), answer.text
    assert answer.json()["detail"]
    assert httpx.get(f"{hub.url}/api/health").json()["well"]


@pytest.mark.parametrize(("since", "until"), [("nan", "nan"), ("-inf", "inf"), ("-1e308", "1e308"), ("5", "1")])
def test_a_span_that_is_none_has_no_readings(hub: Running, since: str, until: str) -> None:
    asked = {"since": since, "until": until}
    answer = httpx.get(f"{hub.url}/api/history/lind/home/Home.Climate.IndoorTemperature", params=asked)
    assert (answer.status_code, answer.json()) == (200, {"times": [], "values": []})
