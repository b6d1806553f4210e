"""Which file a reference means, and what names are made safe."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from longrun.filestore import UnsafePath
from longrun.filestore.names import (
    LONGEST_NAME,
    Match,
    as_id,
    clean,
    match,
    relative_path,
    stem,
    stems_of,
)
from longrun.operations.entity_ids import LAST_ENTITY_ID

EXTENSIONS = ["", ".csv", ".zip", ".yaml", ".5", ".v2", ".tar.gz"]
VENDOR = [".OL-datamapper", ".OL-template", ".OL-jobpreset", ".OL-outputpreset", ".ol-template"]

bases = st.text(st.sampled_from("ab. #-é"), min_size=1, max_size=6).map(clean).filter(bool)
names = st.builds(str.__add__, bases, st.sampled_from(EXTENSIONS + VENDOR))


@pytest.mark.parametrize(
    ("reference", "name", "expected"),
    [
        ("letter.zip", "letter.zip", Match.EXACT),
        ("letter", "letter", Match.EXACT),
        ("letter", "letter.zip", Match.STEM),
        ("letter.OL-template", "letter.zip", Match.STEM),
        ("letter.OL-template", "letter", Match.STEM),
        ("letter.ol-jobpreset", "letter.yaml", Match.STEM),
        ("letter.OL-datamapper", "letter.OL-datamapper", Match.EXACT),
        ("Promo 1.5", "Promo 1.5.OL-datamapper", Match.STEM),
        ("Promo 1.5.OL-datamapper", "Promo 1.5", Match.STEM),
        ("Promo 1.5.OL-datamapper", "Promo 1.5.yaml", Match.STEM),
        ("letter.csv", "letter.zip", None),
        ("letter.zip", "letter", None),
        ("lette", "letter.zip", None),
        ("Letter", "letter.zip", None),
        (".OL-template", "letter.zip", None),
    ],
)
def test_names_match_with_or_without_their_extension(
    reference: str, name: str, expected: Match | None
) -> None:
    assert match(reference, name) is expected


@given(names)
def test_every_name_means_itself_first(name: str) -> None:
    assert match(name, name) is Match.EXACT


@given(names)
def test_every_name_is_found_without_its_extension(name: str) -> None:
    assert match(stem(name), name) is not None


@given(names, st.sampled_from(VENDOR))
def test_every_name_is_found_by_its_stem_with_a_vendors_suffix(name: str, suffix: str) -> None:
    assert match(stem(name) + suffix, name) is not None
    assert match(name + suffix, name) is not None


@given(names, names)
def test_whatever_matches_is_filed_under_a_stem_that_is_looked_up(
    reference: str, name: str
) -> None:
    if match(reference, name) is not None:
        assert stem(name) in stems_of(reference)


@given(names)
def test_an_exact_match_is_filed_under_the_first_stem(name: str) -> None:
    assert stems_of(name)[0] == stem(name)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("a.b.csv", "a.b"),
        ("plain", "plain"),
        (".env", ".env"),
        ("...", "..."),
        ("a.", "a."),
        ("v1.0 final", "v1.0 final"),
        ("x.a-far-too-long-extension", "x.a-far-too-long-extension"),
    ],
)
def test_a_stem_loses_one_extension(name: str, expected: str) -> None:
    assert stem(name) == expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("C:\\data\\letter.csv", "letter.csv"),
        ("../../etc/passwd", "passwd"),
        ("a\r\nX-Evil: 1.csv", "aX-Evil: 1.csv"),
        ("\u202efdp.exe", "fdp.exe"),
        ("  Kunden №1.csv ", "Kunden №1.csv"),
        ("e\u0301.csv", "\u00e9.csv"),
        ("..", ""),
        (". .", ""),
        ("dir/", ""),
        ("\x00", ""),
    ],
)
def test_names_are_made_safe(name: str, expected: str) -> None:
    assert clean(name) == expected


@given(st.text())
def test_a_clean_name_is_short_and_clean(name: str) -> None:
    safe = clean(name)
    assert len(safe.encode()) <= LONGEST_NAME
    assert not {"/", "\\", "\x00", "\n"} & set(safe)
    assert clean(safe) == safe


@given(st.integers(200, 400), st.sampled_from("aéß€𝄞 ."))
def test_a_long_name_keeps_its_extension(length: int, character: str) -> None:
    safe = clean("x" + character * length + "x.csv")
    assert len(safe.encode()) <= LONGEST_NAME
    assert safe.endswith(".csv")
    assert clean(safe) == safe


@pytest.mark.parametrize(
    ("reference", "expected"),
    [
        (1000, 1000),
        ("1000", 1000),
        ("0001000", 1000),
        (str(LAST_ENTITY_ID), LAST_ENTITY_ID),
        (LAST_ENTITY_ID + 1, None),
        (0, None),
        (-5, None),
        ("-5", None),
        ("1e3", None),
        ("٣٤", None),
        ("9" * 400, None),
        ("", None),
    ],
)
def test_ids_are_numbers_or_digits_below_2_to_the_53(
    reference: int | str, expected: int | None
) -> None:
    assert as_id(reference) == expected


@pytest.mark.parametrize("path", ["a.pdf", "a/b.pdf", "Straße 1/é.pdf"])
def test_paths_inside_a_directory_are_kept(path: str) -> None:
    assert relative_path(path) == path


@pytest.mark.parametrize(
    "path", ["", "/a", "a/", "a//b", "../a", "a/../b", ".", "a\\b", "a\nb", "a/" * 300 + "b"]
)
def test_paths_that_leave_the_directory_are_refused(path: str) -> None:
    with pytest.raises(UnsafePath):
        relative_path(path)
