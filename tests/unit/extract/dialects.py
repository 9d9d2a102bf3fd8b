"""Tables written in every form that can be read: the counterpart of the readers, for tests."""

import csv
import gzip
import io
import json
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from xml.sax.saxutils import escape

from openpyxl import Workbook

Row = Mapping[str, str]
RECORD = "export/eleves/eleve"


@dataclass(frozen=True)
class Dialect:
    """One way to write a table; `layout` is what an institution file says of it, which may be less than all."""

    type: str = "csv"
    encoding: str = "utf-8"
    delimiter: str = ";"
    quoted: bool = True
    header: bool = True
    preamble: int = 0
    line_end: str = "\r\n"
    compression: str = ""
    date_format: str = "AAAA-MM-JJ"
    told: frozenset[str] = field(default_factory=frozenset)

    def layout(self, columns: Sequence[str], widths: Mapping[str, int]) -> dict[str, object]:
        """Return the `format` section of an institution file for a table of these columns."""
        facts: dict[str, object] = {"type": self.type}
        if self.type in {"csv", "fixed"}:
            facts |= {"preamble": self.preamble} | ({"encoding": self.encoding} if "encoding" in self.told else {})
        if self.type == "csv":
            facts |= {"quoted": self.quoted, "header": self.header} | ({} if self.header else {"names": list(columns)})
            facts |= {"delimiter": self.delimiter} if "delimiter" in self.told else {}
        if self.type == "fixed":
            ends = [sum(widths[name] for name in columns[: at + 1]) for at in range(len(columns))]
            facts["fields"] = {name: [end - widths[name] + 1, end] for name, end in zip(columns, ends, strict=True)}
        if self.type == "xml":
            facts["record"] = RECORD
        if self.type == "json":
            facts["rows"] = "donnees.eleves"
        return facts

    def first_row(self) -> int:
        """Return the number of the first row of data."""
        return {"csv": self.preamble + 1 + self.header, "fixed": self.preamble + 1, "xlsx": self.preamble + 2}.get(self.type, 1)

    def written(self, rows: Sequence[Row], columns: Sequence[str], widths: Mapping[str, int]) -> bytes:
        """Return the file."""
        match self.type:
            case "csv":
                content = self._text(self._csv(rows, columns))
            case "fixed":
                lines = ("".join(row[name].ljust(widths[name]) for name in columns) for row in rows)
                content = self._text("".join(line + self.line_end for line in lines))
            case "xlsx":
                content = self._workbook(rows, columns)
            case "xml":
                content = self._xml(rows)
            case "json":
                content = json.dumps({"n": 1, "donnees": {"eleves": rows}}, ensure_ascii=False).encode()
            case _:
                content = "".join(json.dumps(row, ensure_ascii=False) + self.line_end for row in rows).encode()
        return self._packed(content)

    def _csv(self, rows: Sequence[Row], columns: Sequence[str]) -> str:
        table = [list(columns)] * self.header + [[row[name] for name in columns] for row in rows]
        if not self.quoted:
            return "".join(self.delimiter.join(cells) + self.line_end for cells in table)
        text = io.StringIO(newline="")
        csv.writer(text, delimiter=self.delimiter, lineterminator=self.line_end).writerows(table)
        return text.getvalue()

    def _text(self, text: str) -> bytes:
        return (f"Export{self.line_end}" * self.preamble + text).encode(self.encoding)

    def _workbook(self, rows: Sequence[Row], columns: Sequence[str]) -> bytes:
        book, content = Workbook(), io.BytesIO()
        sheet = book.worksheets[0]
        for _ in range(self.preamble):
            sheet.append(["Export"])
        sheet.append(list(columns))
        for row in rows:
            sheet.append([row[name] for name in columns])
        for cells in sheet.iter_rows():
            for cell in cells:
                cell.data_type = "s"  # a text that begins with = is no formula here
        book.save(content)
        return content.getvalue()

    def _xml(self, rows: Sequence[Row]) -> bytes:
        records = "".join(
            "<eleve>" + "".join(f"<{name}>{escape(text)}</{name}>" for name, text in row.items()) + "</eleve>\n" for row in rows
        )
        head = f"<?xml version='1.0' encoding='{self.encoding}'?>\n" if self.encoding != "utf-8-sig" else ""
        document = f"{head}<export><date>2026</date><eleves>\n{records}</eleves></export>"
        return document.encode(self.encoding, "xmlcharrefreplace")

    def _packed(self, content: bytes) -> bytes:
        if self.compression == "gzip":
            return gzip.compress(content, 1)
        if self.compression != "zip" or self.type == "xlsx":
            return content
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("export/eleves", content)
        return packed.getvalue()
