"""The wait for a school's file, before a run reads anything: in the triggerer, so that no worker is kept busy."""

import posixpath
from datetime import timedelta
from typing import Any

from supdata.config.models import Institution
from supdata.config.sftp_source import SftpSource
from supdata.extract.sftp_listing import marker_of

#: How often, in seconds, the school's folder is looked at.
LOOK_EVERY = 30

ARRIVE_DOC = """\
Waits for a file that no green run has read yet. No worker is kept busy: the triggerer looks into the school's folder.

**Red** means that none came within `source.wait_hours`. Call the school; then clear this task, which waits again.
Or that the server could not be asked: the connection's user, key or host_key is wrong, or the server is away.
"""


def waiting_for_file(source: SftpSource) -> Any:
    """Return the task `arrive`: a sensor on what makes a file of `source` whole, its marker or else the file itself.

    The Airflow provider that does it is imported here: of all schools only those that wait pay for it when DAGs are parsed.
    """
    from airflow.providers.sftp.sensors.sftp import SFTPSensor

    folder, name = posixpath.split(source.path)
    return SFTPSensor(
        task_id="arrive",
        doc_md=ARRIVE_DOC,
        sftp_conn_id=source.connection,
        path=folder,
        file_pattern=name if source.marker is None else marker_of(name, source.marker),
        newer_than="{{ supdata_newer_than() }}",
        deferrable=True,
        poke_interval=LOOK_EVERY,
        timeout=timedelta(hours=source.wait_hours or 0).total_seconds(),
        execution_timeout=None,
    )


def moment_of(institution: Institution) -> str:
    """Return from when a file of the school is new; evaluated when the task starts, so that parsing asks no database."""
    from supdata.orchestration.files_read import newer_than

    return newer_than(institution)
