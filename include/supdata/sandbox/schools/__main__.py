"""Serve the three made schools: `python -m supdata.sandbox.schools --folder var/schools --database-url postgresql://…`.

The database url may be given as SUPDATA_SCHOOLS_DATABASE instead, so that its password stays out of the list of processes.
The folder's access.json appears once all three systems answer, and goes when they stop (SIGTERM or SIGINT).
"""

import argparse
import asyncio
import os
from pathlib import Path

from supdata.sandbox.schools.serving import serve_until_told
from supdata.sandbox.schools.world import DEFAULT_SEED, STUDENTS_PER_SCHOOL, build_world

DATABASE_VARIABLE = "SUPDATA_SCHOOLS_DATABASE"


def main() -> None:
    """Read the command line and serve until told to stop."""
    parser = argparse.ArgumentParser(prog="python -m supdata.sandbox.schools", description="Serve three made schools.")
    parser.add_argument("--folder", type=Path, required=True, help="where files, host key and access.json are kept")
    parser.add_argument("--database-url", default=os.environ.get(DATABASE_VARIABLE), help=f"default: ${DATABASE_VARIABLE}")
    parser.add_argument("--sftp-port", type=int, default=0)
    parser.add_argument("--rest-port", type=int, default=0)
    parser.add_argument("--seed", type=int, default=DEFAULT_SEED)
    parser.add_argument("--students", type=int, default=STUDENTS_PER_SCHOOL, help="per school")
    given = parser.parse_args()
    if not given.database_url:
        parser.error(f"give --database-url or ${DATABASE_VARIABLE}")
    serving = serve_until_told(
        build_world(given.seed, given.students),
        folder=given.folder,
        database_url=given.database_url,
        sftp_port=given.sftp_port,
        rest_port=given.rest_port,
    )
    asyncio.run(serving)


if __name__ == "__main__":
    main()
