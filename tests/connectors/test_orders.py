"""What a template publishes for a command, the first time and again."""

from collections.abc import Callable

from tests.connectors.conftest import published

from homeward.connectors.mqtt.translate import Translator

LIGHT = "Home.Light.Porch"


def test_what_was_published_before_is_published_again_but_for_its_id(translator: Callable[..., Translator]) -> None:
    plain = translator(f"{{node: home, commands: {{{LIGHT}: {{topic: porch/set, payload: '{{value}}'}}}}}}")
    payload = "{on: '{value}', id: '{id}'}"
    named = translator(f"{{node: home, commands: {{{LIGHT}: {{topic: porch/set, payload: {payload}}}}}}}")
    for id in ("lind-1", "lind-2"):
        assert published(plain, "home", LIGHT, True, id) == [("porch/set", "true")]
        assert published(plain, "home", LIGHT, False, id) == [("porch/set", "false")]
        assert published(named, "home", LIGHT, True, id) == [("porch/set", f'{{"on":true,"id":"{id}"}}')]
