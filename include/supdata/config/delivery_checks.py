"""What the types of `delivery` cannot say: nobody to remind, and a return folder that would be read as an export."""

import posixpath
from collections.abc import Iterator

from supdata.config.document import Document
from supdata.config.faults import Fault


def check_delivery(document: Document) -> Iterator[Fault]:
    """Yield what is wrong with how a report is delivered."""
    delivery = document.at("delivery")
    if not isinstance(delivery, dict):
        return
    if isinstance(delivery.get("reminders"), dict) and "mail" not in delivery:
        yield document.fault(
            ("delivery", "reminders"), "are e-mails, and `mail` is not there (`mail: {}` writes to `contact`)", key=True
        )
    folder, path = document.at("delivery", "sftp", "folder"), document.at("source", "path")
    if not isinstance(folder, str) or not isinstance(path, str):
        return
    same_server = document.at("delivery", "sftp", "connection") == document.at("source", "connection")
    if same_server and posixpath.normpath(folder.strip()) == posixpath.dirname(path.strip()):
        yield document.fault(("delivery", "sftp", "folder"), "is the folder the export is read from: give another one")
