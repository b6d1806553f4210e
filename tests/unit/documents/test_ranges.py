"""Runs of numbers: how they are shared out among chunks."""

from longrun.documents.ranges import split


def test_no_group_holds_numbers_of_two_stored_chunks_even_if_the_first_is_skipped() -> None:
    assert list(split([(2, 3), (6, 7), (5, 5)], [1, 5, 9], 100)) == [[(2, 3)], [(6, 7), (5, 5)]]


def test_a_group_holds_at_most_so_many() -> None:
    assert list(split([(1, 5)], [1], 2)) == [[(1, 2)], [(3, 4)], [(5, 5)]]
