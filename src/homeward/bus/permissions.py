"""Who may touch what: the server's configuration as text, made from settings, the hub's secret and the devices.

Everything is allowed by name and nothing else is: no client but the hub reaches the log's own interface (`$JS.API`),
with which a stream could be deleted. `$MQTT.sub.>` is what MQTT sessions receive QoS 1 messages by; the server refuses
it to MQTT clients that ask for it themselves, and a plain NATS client never has it.
"""

import json
from collections.abc import Iterable
from typing import Any

from homeward.bus.settings import ASKING, GUEST, HUB, WATCHING, Device, Settings, as_subject

ACCOUNT = "HOMEWARD"
ASKED = "ASKING"
ANSWER_S = 10.0
"""What a device at QoS 1 has not acknowledged is sent to it again after this time; so it is after a crash, too."""
SYSTEM = "SYSTEM"
WISHES = "homeward.*.*.wishes"
OF_NODES = ("readings", "heard", "told", "columns", "outcomes", "wishes", "asked", "messages")
NOT_FOR_GUESTS = [
    *(f"homeward.*.*.{leaf}" for leaf in OF_NODES),
    *("homeward.heard", "$JS.>", "$KV.>", "$O.>", "$SYS.>", "$MQTT.msgs.>", "$MQTT.JSA.>"),
    *("_INBOX.>", "_hub.>", "_R_.>"),
]
MQTT_SESSION = ["$MQTT.sub.>", "$MQTT.deliver.pubrel.>"]


def permissions(
    devices: Iterable[Device], hub_password: str, guests: bool, listen: Iterable[str] = ()
) -> dict[str, Any]:
    """The `accounts` part of the server's configuration."""
    users = [{"user": HUB, "password": hub_password, "allowed_connection_types": ["STANDARD"]}]
    users += [_user(device) for device in devices]
    if guests:
        users.append(_guest(listen))
    handed_on = {"service": {"account": ASKED, "subject": WISHES}, "to": WISHES, "share": True}
    asking = {"user": ASKING, "password": hub_password, "allowed_connection_types": ["STANDARD"]}
    watching = {
        "user": WATCHING,
        "password": hub_password,
        "allowed_connection_types": ["STANDARD"],
        "permissions": {"publish": {"deny": [">"]}, "subscribe": {"allow": ["$SYS.ACCOUNT.>"]}},
    }
    return {
        SYSTEM: {"users": [watching]},
        ACCOUNT: {"jetstream": "enabled", "users": users, "imports": [handed_on]},
        ASKED: {"jetstream": "enabled", "users": [asking], "exports": [{"service": WISHES}]},
    }


def _guest(listen: Iterable[str]) -> dict[str, Any]:
    """Whoever comes without credentials, where guests are let in: foreign topics too, but never others' own words."""
    publish = ["homeward.*.*.readings", "homeward.*.*.outcomes", *map(as_subject, listen)]
    return {
        "user": GUEST,
        "password": GUEST,
        "allowed_connection_types": ["MQTT"],
        "permissions": {"publish": {"allow": publish}, "subscribe": {"allow": [">"], "deny": NOT_FOR_GUESTS}},
    }


def _user(device: Device) -> dict[str, Any]:
    household, _, node = device.node.partition("/")
    own = f"homeward.{household}.{node or '*'}"
    publish = [f"{own}.readings", f"{own}.outcomes", f"{own}.columns"]
    publish += [as_subject(topic) for topic in device.topics]
    if device.author:
        publish.append(f"homeward.{device.author.partition('/')[0]}.*.wishes")
    subscribe = [f"{own}.commands", f"{own}.errors", f"{own}.messages"]
    for topic in map(as_subject, device.hears):
        # The server takes `x/#` for two subjects: `x` itself and all below it.
        subscribe += [topic, topic.removesuffix(".>")] if topic.endswith(".>") else [topic]
    subscribe += MQTT_SESSION if device.door == "mqtt" else [f"_INBOX.{device.user}.>"]
    return {
        "user": device.user,
        "password": device.password,
        "allowed_connection_types": ["MQTT" if device.door == "mqtt" else "STANDARD"],
        "permissions": {"publish": {"allow": publish}, "subscribe": {"allow": subscribe}},
    }


def configuration(
    settings: Settings, ports: tuple[int, int], devices: Iterable[Device], hub_password: str, mqtt: bool = True
) -> str:
    """The server's whole configuration file (JSON, which it reads); NATS on loopback, no monitoring page.

    `ports` are those of NATS and MQTT. Without `mqtt` the door for devices stays shut.
    """
    store = settings.store.absolute()
    config: dict[str, Any] = {
        "server_name": "homeward",
        "listen": f"127.0.0.1:{ports[0]}",
        "pid_file": str(store / "nats.pid"),
        "log_file": str(store / "nats.log"),
        "logfile_size_limit": 8 * 1024 * 1024,
        "logfile_max_num": 2,
        "max_payload": settings.largest_payload_bytes,
        "max_connections": settings.most_connections,
        "max_control_line": 1024,
        "jetstream": {
            "store_dir": str(store / "log"),
            "sync_interval": f"{settings.sync_seconds:g}s" if settings.sync_seconds else "always",
            "max_buffered_msgs": settings.most_waiting_messages,
        },
        "system_account": SYSTEM,
        "accounts": permissions(devices, hub_password, settings.guests, settings.listen),
    }
    if mqtt:
        host = "0.0.0.0" if settings.is_open else "127.0.0.1"
        config["mqtt"] = {"listen": f"{host}:{ports[1]}", "ack_wait": f"{ANSWER_S:g}s"}
        if settings.certificate and settings.key:
            files = {"cert_file": str(settings.certificate.absolute()), "key_file": str(settings.key.absolute())}
            config["mqtt"]["tls"] = files
        if settings.guests:
            config["mqtt"]["no_auth_user"] = GUEST
    return json.dumps(config, indent=1, ensure_ascii=False)
