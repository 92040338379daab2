"""Where a car says it is going, through templates."""

from tests.connectors.conftest import told
from tests.connectors.test_shipped_templates import Make

GOING = "Vehicle.Cabin.Infotainment.Navigation.DestinationSet"


def test_teslamates_active_route_is_a_destination_and_none_says_nothing(translator: Make) -> None:
    tesla, topic = translator("{use: teslamate, node: car}"), "teslamate/cars/1/active_route"
    route = '{"destination": "Work", "error": null, "location": {"latitude": 59.3, "longitude": 18.1}}'
    assert told(tesla, topic, route) == {f"{GOING}.Latitude": 59.3, f"{GOING}.Longitude": 18.1}
    assert told(tesla, topic, '{"error": "No active route available"}') == {}
