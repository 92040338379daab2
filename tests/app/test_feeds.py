"""Feeds of a running hub: a closure in a file changes the roads, a broken file changes nothing."""

from pathlib import Path

from tests.app.test_roadmap import hub_with, pack
from tests.maps.test_datex2 import CLOSED, POINT, message, record

from homeward.app.feeds import Feed, Feeds

__all__ = ["pack"]
HERE = POINT.replace("60.17", "0.0035").replace("24.94", "0.0035")


async def test_a_feed_is_laid_kept_while_broken_and_taken_off(pack: Path, tmp_path: Path) -> None:
    file = tmp_path / "feed.xml"
    closure = message(record(CLOSED, HERE, ends=""))
    file.write_bytes(closure)
    async with hub_with(pack, tmp_path / "hub") as (_, roadmap, client):
        feeds = Feeds([str(file)], roadmap)
        [feed] = feeds.all
        assert await feeds.look(feed)
        assert [one.id for one in roadmap.events()] == ["s1"] and len(roadmap.guide.by_arc) == 2
        file.write_bytes(closure[:-30])
        assert not await feeds.look(feed)
        assert len(roadmap.guide.by_arc) == 2, "a broken message changes nothing"
        told = (await client.get("/api/map")).json()["feeds"]
        assert "no XML" in told[str(file)]["trouble"] and told[str(file)]["events"] == 1
        file.write_bytes(message())
        assert await feeds.look(feed)
        assert roadmap.guide.by_arc == {}


async def test_what_cannot_be_reached_is_said_and_forgotten_after_an_hour(pack: Path, tmp_path: Path) -> None:
    file = tmp_path / "feed.xml"
    file.write_bytes(message(record(CLOSED, HERE, ends="")))
    async with hub_with(pack, tmp_path / "hub") as (_, roadmap, _client):
        feeds = Feeds([str(file)], roadmap)
        [feed] = feeds.all
        await feeds.look(feed)
        file.unlink()
        assert not await feeds.look(feed)
        assert roadmap.events()
        feed.well_at -= 3700.0
        assert not await feeds.look(feed)
        assert not roadmap.events()
        assert Feed("http://127.0.0.1:1/x").source.startswith("http")
