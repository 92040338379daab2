"""What several commands have in common: their options, and where things are unless somebody says otherwise."""

from pathlib import Path
from typing import Annotated

import typer

HUB_FOLDER, DEMO_FOLDER = Path("var/hub"), Path("var/demo")

Json = Annotated[bool, typer.Option("--json", help="Print one JSON object instead of words.")]
Folder = Annotated[
    Path | None,
    typer.Option(help="The hub's folder; else that of the hub that runs, else var/hub.", envvar="HOMEWARD_FOLDER"),
]
HubUrl = Annotated[
    str | None,
    typer.Option(
        "--hub",
        help="The running hub's address; else that of the folder's hub, else http://127.0.0.1:8420.",
        envvar="HOMEWARD_HUB",
    ),
]
Port = Annotated[int, typer.Option(help="Port of the pages and the API; 0 for any free one.", min=0, max=65_535)]
MapPack = Annotated[
    Path | None,
    typer.Option("--map", help="A map made by `homeward map build`; else the folder's map.hwmap.", metavar="PACK"),
]
MqttPort = Annotated[int, typer.Option(help="Port of the MQTT broker; 0 for any free one.", min=0, max=65_535)]
NatsPort = Annotated[int, typer.Option(help="Port of the NATS server; 0 for any free one.", min=0, max=65_535)]
Verbose = Annotated[bool, typer.Option("--verbose", "-v", help="Log what happens.")]
LogJson = Annotated[bool, typer.Option("--log-json", help="Log in JSON, one object a line, for programs.")]

HouseholdFile = Annotated[Path | None, typer.Option("--household", help="A household file to apply at the start.")]
Guests = Annotated[bool, typer.Option(help="Let MQTT clients on this machine send readings without credentials.")]
TrafficFeeds = Annotated[
    list[str] | None, typer.Option("--traffic", help="A traffic feed, address or file; may be given several times.")
]
Host = Annotated[str, typer.Option(help="Where pages, API and MQTT listen; other machines need tokens, credentials.")]
Certificate = Annotated[Path | None, typer.Option(help="A TLS certificate (PEM) for pages, API and MQTT.")]
CertificateKey = Annotated[Path | None, typer.Option("--key", help="Its key (PEM).")]
Soc = Annotated[
    float | None,
    typer.Option(
        help="Its state of charge, percent; left out, what the hub knows of a car of yours, else 80.", min=0, max=100
    ),
]
Outside = Annotated[
    float | None,
    typer.Option(help="How warm it is outside, °C; left out, what the hub knows, else 15.", min=-50, max=55),
]
Reserve = Annotated[
    float | None,
    typer.Option(help="Charge that must be left, percent; left out, the car's own setting, else 10.", min=0, max=90),
]
Certainty = Annotated[
    float | None,
    typer.Option(help="How sure that must be, percent; left out, the car's own setting, else 90.", min=50, max=99.9),
]
BOUNDS = "Bounds"
LargestMessage = Annotated[
    int,
    typer.Option(
        help="The largest MQTT message, KiB; who sends more is cut off and told.",
        rich_help_panel=BOUNDS,
        min=1,
        max=8192,
    ),
]
MostNodes = Annotated[int, typer.Option(help="How many nodes a household may have.", rich_help_panel=BOUNDS, min=1)]
MostMessages = Annotated[
    int,
    typer.Option(
        help="How many messages a second one topic may bring; those beyond are refused and told.",
        rich_help_panel=BOUNDS,
        min=1,
    ),
]
LongestText = Annotated[
    int,
    typer.Option(
        help="How many characters a text in a reading may have; a longer one is refused and told.",
        rich_help_panel=BOUNDS,
        min=4096,
        max=65536,
    ),
]
MostConnections = Annotated[
    int, typer.Option(help="How many clients may be connected at once.", rich_help_panel=BOUNDS, min=10)
]
LogSize = Annotated[
    float,
    typer.Option(
        help="How large the log may grow, GiB; a full one takes nothing more until there is room.",
        rich_help_panel=BOUNDS,
        min=0.1,
    ),
]
KeepHours = Annotated[
    float,
    typer.Option(
        help="How long what was taken in stays in the log, for devices that were away.", rich_help_panel=BOUNDS, min=0
    ),
]
SyncSeconds = Annotated[
    float,
    typer.Option(
        help="What a power cut may cost at most; 0 writes through at every message, which is slow.",
        rich_help_panel=BOUNDS,
        min=0,
    ),
]
Operators = Annotated[
    list[str] | None,
    typer.Option(
        "--operator", help="A household whose gateways may speak for all, packed; may be given several times."
    ),
]
