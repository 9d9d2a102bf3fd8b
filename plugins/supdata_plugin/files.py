"""The style sheet, the scripts and the icons, by name out of a fixed set: no path is ever made of what was asked for."""

import hashlib
from pathlib import Path

from fastapi import APIRouter, HTTPException, Response, status

router = APIRouter()

FOLDER = Path(__file__).parent / "static"
TYPES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
FILES = {path.name: path.read_bytes() for path in FOLDER.iterdir() if path.suffix in TYPES}
#: Stands in the address of each file: a new version is fetched at once, an old one is kept by the browser.
VERSION = hashlib.sha256(b"".join(FILES[name] for name in sorted(FILES))).hexdigest()[:12]


@router.get("/static/{name}")
def static_file(name: str) -> Response:
    """Return a file of the pages."""
    if name not in FILES:
        raise HTTPException(status.HTTP_404_NOT_FOUND, "There is no such file.")
    kind = TYPES[Path(name).suffix]
    return Response(FILES[name], media_type=kind, headers={"Cache-Control": "private, max-age=86400"})
