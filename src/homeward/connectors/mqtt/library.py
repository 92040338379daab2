"""Where templates are found by name: in the user's folders first, then among those that homeward ships with."""

from collections.abc import Iterable
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

from homeward.connectors.mqtt.reading import read_template
from homeward.connectors.mqtt.template import Template
from homeward.core.signal import Refused
from homeward.core.vocabulary import Vocabulary

MOST_BYTES = 262_144


class Library:
    """Templates by name. A user's file of the same name takes the place of homeward's own."""

    def __init__(self, vocabulary: Vocabulary, folders: Iterable[Path] = ()) -> None:
        self.vocabulary = vocabulary
        self.folders = [place for folder in folders for place in (folder, folder / "templates")]
        self._known: dict[str, Template] = {}

    def names(self) -> list[str]:
        """Every name there is, those of users first."""
        own = [path.stem for folder in self.folders if folder.name == "templates" for path in folder.glob("*.yaml")]
        shipped = sorted(one.name[:-5] for one in _shipped().iterdir() if one.name.endswith(".yaml"))
        return list(dict.fromkeys([*sorted(own), *shipped]))

    def get(self, name: str) -> Template | None:
        """The template of that name, None where there is none. Raises HouseholdErrors for one with mistakes, Refused
        for a file that cannot be read."""
        if name not in self._known:
            found = self._text(name)
            if found is None:
                return None
            self._known[name] = read_template(found[1], self.vocabulary, name, found[0])
        return self._known[name]

    def _text(self, name: str) -> tuple[str, str] | None:
        """The file's name for messages, and its text."""
        if not name.replace("-", "").replace("_", "").isalnum():
            return None
        for folder in self.folders:
            path = folder / f"{name}.yaml"
            if not path.is_file():
                continue
            try:
                if path.stat().st_size > MOST_BYTES:
                    raise Refused(f"{path.name}: a template has at most {MOST_BYTES:,} bytes")
                return path.name, path.read_text(encoding="utf-8")
            except (OSError, UnicodeDecodeError) as problem:
                raise Refused(f"{path.name} cannot be read: {problem}") from None
        shipped = _shipped() / f"{name}.yaml"
        return (f"{name}.yaml", shipped.read_text(encoding="utf-8")) if shipped.is_file() else None


def _shipped() -> Traversable:
    return files("homeward.connectors.mqtt") / "templates"
