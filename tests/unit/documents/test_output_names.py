"""Names of output files: safe on every system, unique within a set."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from longrun.documents.naming import (
    LONGEST_NAME,
    DestinationInvalid,
    NamePattern,
    OutputNames,
    PatternInvalid,
    destination_prefix,
    safe_name,
)
from longrun.documents.records import Value


def test_a_pattern_takes_fields_and_numbers() -> None:
    names = OutputNames(NamePattern.parse("${ who }_${job}-${document} (${number})$.pdf"), ".pdf")
    assert names.name({"who": "Ada"}, job=2, document=9) == "Ada_2-9 (1)$.pdf"
    assert names.name({}, job=2, document=10) == "_2-10 (2)$.pdf"


def test_the_same_name_again_gets_a_suffix_whatever_its_case() -> None:
    names = OutputNames(NamePattern.parse("${a}.pdf"), ".pdf")
    given_values: list[Value] = ["x", "X", "x-2", "x", 1.0, 1, None, ""]
    assert [names.name({"a": value}) for value in given_values] == [
        "x.pdf",
        "X-2.pdf",
        "x-2-2.pdf",
        "x-3.pdf",
        "1.pdf",
        "1-2.pdf",
        "_.pdf",
        "_-2.pdf",
    ]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("../../etc/passwd", "_.._etc_passwd.pdf"),
        ('a\\b:c*d?e"f<g>h|i,j', "a_b_c_d_e_f_g_h_i_j.pdf"),
        ("a\r\nb\x00c\x7f", "a__b_c_.pdf"),
        ("fdp\N{RIGHT-TO-LEFT OVERRIDE}exe", "fdp_exe.pdf"),
        ("CON", "_CON.pdf"),
        ("nul.txt", "_nul.txt.pdf"),
        ("letter.PDF", "letter.pdf"),
        ("...", "_.pdf"),
        ("\N{NO-BREAK SPACE}Ada\N{IDEOGRAPHIC SPACE}.", "Ada.pdf"),
        ("", "_.pdf"),
        ("Zoe\N{COMBINING DIAERESIS}", "Zo\N{LATIN SMALL LETTER E WITH DIAERESIS}.pdf"),
        ("€" * 100, "€" * 65 + ".pdf"),
    ],
)
def test_names_are_made_safe(text: str, name: str) -> None:
    assert safe_name(text, ".pdf") == name


@pytest.mark.parametrize("text", ["${", "a${b", "${}", "${ }", "a/${b}", "a\\b", "", "${a${b}}"])
def test_patterns_that_cannot_be_read_are_refused(text: str) -> None:
    with pytest.raises(PatternInvalid):
        NamePattern.parse(text)


@given(st.lists(st.one_of(st.text(), st.text("aA-2", max_size=3), st.text("é", min_size=150))))
def test_any_values_make_unique_safe_names(values: list[str]) -> None:
    names = OutputNames(NamePattern.parse("${a}"), ".pdf")
    made = [names.name({"a": value}) for value in values]
    assert len({name.casefold() for name in made}) == len(values)
    for name in made:
        assert len(name.encode()) <= LONGEST_NAME
        assert name.endswith(".pdf")
        assert not name.startswith(".")
        assert not set(name) & set('/\\,:*?"<>|')
        assert not any(unicodedata.category(c)[0] == "C" for c in name)


@pytest.mark.parametrize(
    ("text", "prefix"),
    [("", ""), (" ", ""), ("a", "a/"), ("a/b/", "a/b/"), ("Größe/ö b", "Größe/ö b/")],
)
def test_destinations_become_prefixes(text: str, prefix: str) -> None:
    assert destination_prefix(text) == prefix


@pytest.mark.parametrize(
    "text", ["/", "/a", "a//b", "..", "a/../b", "./a", "a\\b", "C:\\out", "a\x00", "a,b", "a" * 600]
)
def test_destinations_that_could_lead_elsewhere_are_refused(text: str) -> None:
    with pytest.raises(DestinationInvalid):
        destination_prefix(text)


@given(st.text("ab./\\ \n,:"))
def test_a_destination_never_climbs(text: str) -> None:
    try:
        prefix = destination_prefix(text)
    except DestinationInvalid:
        return
    assert prefix == "" or prefix.endswith("/")
    assert all(folder.strip() not in ("", ".", "..") for folder in prefix.split("/")[:-1])
