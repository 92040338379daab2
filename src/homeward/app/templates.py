"""A user's own templates: checked in a folder apart, then kept in the hub's."""

from collections.abc import Mapping
from pathlib import Path

from homeward.core.signal import Refused

FOLDER = "templates"
MOST, LARGEST = 100, 200_000


def beside(file: Path) -> dict[str, str]:
    """The texts of the templates in `templates/` beside a household file, by file name."""
    return {path.name: path.read_text(encoding="utf-8") for path in sorted((file.parent / FOLDER).glob("*.yaml"))}


def write_templates(folder: Path, templates: Mapping[str, str]) -> None:
    """Write templates by file name into `folder/templates`. Raises Refused for too many, too large or odd names."""
    if len(templates) > MOST:
        raise Refused(f"{len(templates)} templates; at most {MOST} can be sent at once")
    place = folder / FOLDER
    place.mkdir(exist_ok=True)
    for name, text in templates.items():
        stem = name.removesuffix(".yaml")
        if not name.endswith(".yaml") or not stem.replace("-", "").replace("_", "").isalnum() or len(name) > 100:
            raise Refused(f"{name[:100]!r} is not a template's file name; write letters, digits, - and _, then .yaml")
        if len(text) > LARGEST:
            raise Refused(f"{name} has {len(text)} characters; a template has at most {LARGEST}")
        (place / name).write_text(text, encoding="utf-8")


def keep_templates(fresh: Path, folder: Path) -> None:
    """Move written templates into the hub's folder, in place of earlier ones of those names."""
    (folder / FOLDER).mkdir(exist_ok=True)
    for path in (fresh / FOLDER).glob("*.yaml"):
        path.replace(folder / FOLDER / path.name)
