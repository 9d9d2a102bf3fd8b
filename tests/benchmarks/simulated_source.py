"""What schools of a simulation are read from: `python -m benchmarks.simulated_source write|serve FOLDER …`.

`write FOLDER STUDENTS` leaves a university's export and the students whom the national directory knows; in a process of its
own, since a made university takes a kilobyte of memory for each student. `serve FOLDER` is an SFTP server of `FOLDER`/sftp that
says in `FOLDER`/server.json how it is reached.
"""

import asyncio
import secrets
import sys
from pathlib import Path

import msgspec

from supdata.sandbox.local.ports import LOOPBACK
from supdata.sandbox.schools.apogee import write_extract
from supdata.sandbox.schools.sftp_server import serve_sftp
from supdata.sandbox.schools.world import build_world

LOGIN = "supdata_sftp"
EXPORT, DIRECTORY, SERVER = "export.csv", "directory.json", "server.json"


def write(folder: Path, students: int) -> None:
    """Leave the export of a university of so many students, and its part of the directory."""
    school = build_world(students_per_school=students).apogee
    (folder / EXPORT).write_bytes(write_extract(line.entry for line in school.lines))
    known = [{"ine": one.ine, "dateNaissance": one.birth.isoformat()} for one in school.directory]
    (folder / DIRECTORY).write_bytes(msgspec.json.encode(known))


async def serve(folder: Path) -> None:
    """Serve until the process is ended; the file that tells how is whole or not there."""
    password = secrets.token_urlsafe(18)
    async with serve_sftp(folder / "sftp", login=LOGIN, password=password, host_key_file=folder / "host_key") as server:
        address = {"conn_type": "sftp", "host": LOOPBACK, "port": server.port, "login": LOGIN, "password": password}
        fields = {**address, "extra": {"host_key": server.host_key, "look_for_keys": False}}
        half = folder / "server.half"
        half.touch(mode=0o600)
        half.write_bytes(msgspec.json.encode(fields))
        half.replace(folder / SERVER)
        await asyncio.Event().wait()


if __name__ == "__main__":
    if sys.argv[1] == "write":
        write(Path(sys.argv[2]), int(sys.argv[3]))
    else:
        asyncio.run(serve(Path(sys.argv[2])))
