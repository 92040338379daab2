"""The doctor's findings on the command line: what is wrong first, then what is missing, and that the rest is well."""

from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import orjson
import typer

from homeward.core.signal import Refused

SIGNS = {"wrong": ("✗", "red"), "missing": ("!", "yellow"), "good": ("✓", "green")}


def tell_findings(folder: Path, url: str, health: Mapping[str, Any] | None, file: Path | None, json: bool) -> bool:
    """Examine and print; whether nothing is wrong. Raises Refused where packages are missing that it needs itself."""
    try:
        from homeward.app.doctor import examine
    except ImportError as problem:
        raise Refused(f"a package that homeward needs is not installed ({problem}); run: make install") from None

    findings = examine(folder, url, health, file)
    well = not any(finding.level == "wrong" for finding in findings)
    if json:
        told = {"well": well, "folder": str(folder), "findings": [asdict(finding) for finding in findings]}
        typer.echo(orjson.dumps(told).decode())
        return well
    for level in ("good", "missing", "wrong"):
        sign, colour = SIGNS[level]
        for finding in (one for one in findings if one.level == level):
            typer.echo(f"{typer.style(sign, fg=colour)} {finding.about}: {finding.what}")
            if finding.means:
                typer.echo(f"    {finding.means} {finding.mend}")
    counts = {level: sum(finding.level == level for finding in findings) for level in SIGNS}
    typer.echo(f"{counts['wrong']} wrong, {counts['missing']} missing, {counts['good']} good")
    return well
