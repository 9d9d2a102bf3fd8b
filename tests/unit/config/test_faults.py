import pickle

from supdata.config.faults import Fault, InvalidInstitution, nearest_to

FAULT = Fault("0751717J.yaml", 12, 5, "source.formt", "unknown key", "format")


def test_a_fault_reads_as_a_compiler_would_write_it() -> None:
    assert str(FAULT) == "0751717J.yaml:12:5: source.formt: unknown key; did you mean `format`?"


def test_a_fault_of_the_whole_file_has_no_key_before_its_message() -> None:
    assert str(Fault("a.yaml", 1, 1, "", "is empty")) == "a.yaml:1:1: is empty"


def test_the_error_says_all_faults_and_what_to_do() -> None:
    text = str(InvalidInstitution("0751717J.yaml", [FAULT, FAULT]))
    assert text.startswith("Reading the institution file 0751717J.yaml: 2 fault(s)\n")
    assert text.count("source.formt") == 2
    assert "`supdata check`" in text.splitlines()[-1]


def test_the_error_crosses_processes_with_its_faults() -> None:
    error = pickle.loads(pickle.dumps(InvalidInstitution("0751717J.yaml", [FAULT])))
    assert (error.file, error.faults) == ("0751717J.yaml", (FAULT,))


def test_the_nearest_word_is_found_whatever_its_case() -> None:
    assert nearest_to("CP1525", ["utf-8", "cp1252"]) == "cp1252"


def test_no_word_is_proposed_where_none_is_near_or_two_are_equally_near() -> None:
    assert nearest_to("zzz", ["utf-8", "cp1252"]) == ""
    assert nearest_to("RF9", ["RF1", "RF2"]) == ""
