"""Stories of applying household files: what changes, what stays, and nothing by halves."""

import sqlite3
import stat
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from homeward.core.signal import Refused
from homeward.core.vocabulary import Vocabulary
from homeward.registry import Changes, Household, Registry, apply, parse

FILE = """
household: lind
zone: Europe/Helsinki
people:
  ada: {role: owner}
vehicles: [car]
homes:
  home: {comfort: 20 °C, lowest: 16 °C}
connectors:
  broker: {kind: mqtt, password: geheim}
scenes:
  dark: {home: {Home.Light.Porch: off}}
"""


@pytest.fixture
def registry(tmp_path: Path) -> Iterator[Registry]:
    registry = Registry(tmp_path / "registry.db")
    yield registry
    registry.close()


@pytest.fixture
def lind(vocabulary: Vocabulary) -> Household:
    return parse(FILE, vocabulary)


def test_what_is_applied_is_there_after_a_restart(registry: Registry, lind: Household, tmp_path: Path) -> None:
    changes = apply(lind, registry)
    assert changes.added == (
        "household lind", "person lind/ada", "vehicle lind/car", "home lind/home", "connector broker", "scene dark"
    )  # fmt: skip
    assert changes.readings == (
        ("lind/home", "Home.Climate.ComfortTemperature", 20.0),
        ("lind/home", "Home.Climate.LowestTemperature", 16.0),
    )
    registry.close()
    again = Registry(tmp_path / "registry.db")
    found = again.household("lind")
    assert found is not None and again.households() == ["lind"]
    assert {one.name: one for one in found.nodes} == {one.name: one for one in lind.nodes}
    assert (found.connectors, found.scenes, found.zone) == (lind.connectors, lind.scenes, lind.zone)
    again.close()


def test_the_same_file_again_changes_nothing(registry: Registry, lind: Household) -> None:
    apply(lind, registry)
    assert apply(lind, registry) == Changes()
    assert not apply(lind, registry)


def test_an_edited_file_changes_what_was_edited(registry: Registry, lind: Household, vocabulary: Vocabulary) -> None:
    apply(lind, registry)
    edited = FILE.replace("20 °C", "21 °C").replace("Helsinki", "Berlin").replace("[car]", "[van]")
    edited = edited.replace("geheim", "secret").replace("off", "on")
    changes = apply(parse(edited, vocabulary), registry)
    assert changes.added == ("vehicle lind/van",)
    assert changes.removed == ("vehicle lind/car",)
    assert changes.nodes_gone == ("lind/car",)
    assert changes.changed == (
        "lind zone: Europe/Helsinki → Europe/Berlin",
        "lind/home Home.Climate.ComfortTemperature: 20 → 21",
        "broker password: (secret) → (secret)",
        "dark lind/home Home.Light.Porch: False → True",
    )
    assert changes.readings == (("lind/home", "Home.Climate.ComfortTemperature", 21.0),)
    found = registry.household("lind")
    assert found is not None and sorted(one.name for one in found.nodes) == ["lind/ada", "lind/home", "lind/van"]


def test_a_node_that_becomes_another_kind_is_a_new_one(
    registry: Registry, lind: Household, vocabulary: Vocabulary
) -> None:
    apply(lind, registry)
    other = FILE.replace("vehicles: [car]", "devices: {car: {signals: {Device.IsOn: on}}}")
    changes = apply(parse(other, vocabulary), registry)
    assert (changes.added, changes.removed) == (("device lind/car",), ("vehicle lind/car",))
    assert changes.nodes_gone == ("lind/car",) and changes.readings == (("lind/car", "Device.IsOn", True),)


def test_one_household_does_not_touch_another(registry: Registry, lind: Household, vocabulary: Vocabulary) -> None:
    apply(lind, registry)
    apply(parse(FILE.replace("lind", "berg"), vocabulary), registry)
    assert registry.households() == ["berg", "lind"]
    assert registry.remove("berg") and not registry.remove("berg")
    assert registry.households() == ["lind"] and apply(lind, registry) == Changes()


def test_a_file_is_applied_whole_or_not_at_all(registry: Registry, lind: Household, vocabulary: Vocabulary) -> None:
    apply(lind, registry)
    with registry.engine.begin() as connection:
        refuse = "create trigger refuse before insert on scenes begin select raise(abort, 'the disk is full'); end"
        connection.execute(text(refuse))
    more = parse(FILE.replace("[car]", "[car, van]") + "  light: {home: {Home.Light.Porch: on}}\n", vocabulary)
    with pytest.raises(Exception, match="the disk is full"):
        apply(more, registry)
    found = registry.household("lind")
    assert found is not None and "lind/van" not in [one.name for one in found.nodes]


def test_files_applied_at_once_come_one_after_the_other(registry: Registry, vocabulary: Vocabulary) -> None:
    files = [parse(FILE.replace("[car]", f"[car{n}]"), vocabulary) for n in range(6)]
    apply(files[0], registry)
    done: list[Changes] = []
    threads = [threading.Thread(target=lambda file=file: done.append(apply(file, registry))) for file in files[1:]]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    found = registry.household("lind")
    assert len(done) == 5 and found is not None and len(found.nodes) == 3
    assert all(len(changes.added) == len(changes.removed) == 1 for changes in done)


def test_a_secret_is_checked_and_never_kept(registry: Registry, lind: Household, tmp_path: Path) -> None:
    apply(lind, registry)
    registry.set_credential("lind/ada", "correct horse", made_at=1.7e9)
    assert registry.check_credential("lind/ada", "correct horse")
    assert not registry.check_credential("lind/ada", "correct horsf")
    assert not registry.check_credential("lind/ada", "")
    assert not registry.check_credential("lind/nobody", "correct horse")
    registry.set_credential("lind/ada", "battery staple", made_at=1.8e9)
    assert not registry.check_credential("lind/ada", "correct horse")
    registry.set_credential("lind/ada", "of the watch", made_at=1.8e9, label="watch")
    assert registry.check_credential("lind/ada", "of the watch")
    assert registry.check_credential("lind/ada", "battery staple")
    assert registry.remove_credentials("lind/ada", "watch") == 1
    assert not registry.check_credential("lind/ada", "of the watch")
    registry.close()
    assert not any(b"battery staple" in file.read_bytes() for file in tmp_path.iterdir())


def test_a_secret_goes_with_its_owner_and_stays_with_those_who_stay(
    registry: Registry, lind: Household, vocabulary: Vocabulary
) -> None:
    apply(lind, registry)
    for node in ("lind/ada", "lind/car"):
        registry.set_credential(node, "a long secret", made_at=0.0)
    apply(parse(FILE.replace("vehicles: [car]", "vehicles: []").replace("20 °C", "22 °C"), vocabulary), registry)
    assert registry.check_credential("lind/ada", "a long secret")
    apply(lind, registry)
    assert not registry.check_credential("lind/car", "a long secret")


def test_secrets_that_are_weak_or_nobodys_are_refused(registry: Registry, lind: Household) -> None:
    apply(lind, registry)
    with pytest.raises(Refused, match="too short; use at least 8"):
        registry.set_credential("lind/ada", "1234", made_at=0.0)
    with pytest.raises(Refused, match="no node lind/eve"):
        registry.set_credential("lind/eve", "a long secret", made_at=0.0)


def test_the_file_is_for_its_owner_only(registry: Registry, tmp_path: Path) -> None:
    assert stat.S_IMODE((tmp_path / "registry.db").stat().st_mode) == 0o600
    with sqlite3.connect(tmp_path / "registry.db") as plain:
        tables = {name for (name,) in plain.execute("select name from sqlite_master where type = 'table'")}
        kept = {"households", "nodes", "people", "connectors", "rules", "scenes", "credentials", "tokens", "untold"}
        assert tables == kept
