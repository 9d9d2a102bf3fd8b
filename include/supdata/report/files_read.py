"""How the school's files turned out to be written, as its page says it."""

from supdata.records.reading import Reading
from supdata.report.tongue import FRENCH, Tongue


def file_read(reading: Reading, tongue: Tongue = FRENCH) -> str:
    """Say how a file turned out to be written; what nobody had told is marked as found out."""
    say = tongue.say
    found = say(" (reconnu)")
    said = []
    if reading.compression:
        said.append(say("archive {kind}", kind=reading.compression))
    if reading.sheet:
        said.append(say("feuille « {sheet} »", sheet=reading.sheet))
    if reading.encoding:
        said.append(say("encodage {encoding}", encoding=reading.encoding) + (found if reading.encoding_why else ""))
    if reading.delimiter:
        delimiter = say("tabulation") if reading.delimiter == "\t" else reading.delimiter
        said.append(say("séparateur « {delimiter} »", delimiter=delimiter) + (found if reading.delimiter_why else ""))
    if reading.header_row:
        said.append(say("en-tête en ligne {row}", row=reading.header_row))
    return f"{reading.file} : {', '.join(said)}" if said else reading.file
