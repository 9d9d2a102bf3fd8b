"""Rows into enrolments, one for one and in their order: nothing is judged here and nothing is left out."""

from collections.abc import Callable, Iterable, Iterator

from supdata.config.models import Institution
from supdata.normalise.columns import field_readers
from supdata.normalise.commune import CommuneLookup, commune_reader
from supdata.records.enrolment import Enrolment
from supdata.records.rows import RawRow

#: Puts what registrars have given back into the fields of the row at a place (source and number).
Correct = Callable[[tuple[str, int], dict[str, str]], dict[str, str]]


def normalise(
    rows: Iterable[RawRow], institution: Institution, communes: CommuneLookup, correct: Correct | None = None
) -> Iterator[Enrolment]:
    """Yield the enrolment that each row stands for, as far as the institution file and certain repairs lead.

    A row of a school that maps no `uai` is one of the school's own. `correct` comes between the two: it is given what was
    understood of a row, and what it gives back is judged like any other row.

    Raises FixConfig when a date format is not known, the codes of an own commune do not belong together, or a row lacks a
    mapped column.
    """
    readers = field_readers(institution)
    if "uai" not in readers:
        readers["uai"] = lambda _: institution.uai
    read_commune = commune_reader(communes, institution.commune.column_holds, institution.commune.own)
    for row in rows:
        fields = {name: read(row.values) for name, read in readers.items()}
        if correct is not None:
            fields = correct((row.source, row.row), fields)
        insee, postal = read_commune(fields["codeCommune"])
        yield Enrolment(source=row.source, row=row.row, communeInsee=insee, communePostal=postal, **fields)
