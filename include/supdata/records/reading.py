"""How a file turned out to be written: what was found out while reading it, and nothing of its rows."""

import msgspec


class Reading(msgspec.Struct, kw_only=True):
    """What the reader of a file decided by itself, and why, for whoever wonders later; "" or 0 where nothing had to be.

    `compression` names the archive's kind and, for a zip archive, the file inside it. `header_row` is the row that names the
    columns, counted like all rows; 0 where none does.
    """

    file: str = ""
    compression: str = ""
    encoding: str = ""
    encoding_why: str = ""
    delimiter: str = ""
    delimiter_why: str = ""
    sheet: str = ""
    header_row: int = 0

    def sentences(self) -> list[str]:
        """Return what was found out, in sentences for the result of a stage."""
        said = []
        if self.compression:
            said.append(f"{self.file} was unpacked: {self.compression}.")
        if self.encoding_why:
            said.append(f"{self.file} was read as {self.encoding}: {self.encoding_why}.")
        if self.delimiter_why:
            said.append(f"Its delimiter is {self.delimiter!r}: {self.delimiter_why}.")
        if self.sheet:
            said.append(f"The sheet `{self.sheet}` was read.")
        return said
