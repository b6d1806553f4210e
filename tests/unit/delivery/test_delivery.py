"""Delivery: in the response, or by a redirect."""

from dataclasses import replace

import pytest

from longrun.delivery.delivery import Delivery
from longrun.operations.artefacts import ArtefactMissing
from tests.unit.delivery.conftest import Signer
from tests.unit.filestore.conftest import Artefacts

LIMIT = 10


@pytest.fixture
def delivery(artefacts: Artefacts, signer: Signer) -> Delivery:
    return Delivery(artefacts=artefacts, downloads=signer, limit=LIMIT)


@pytest.mark.parametrize("size", [0, 1, LIMIT])
def test_what_fits_is_in_the_response(
    delivery: Delivery, artefacts: Artefacts, signer: Signer, size: int
) -> None:
    artefact = artefacts.write("a", b"x" * size, media_type="text/csv")

    delivered = delivery.deliver(artefact, name="a.csv", media_type="text/csv")

    assert delivered.status == 200
    assert b"".join(delivered.body) == b"x" * size
    assert delivered.headers == {"Content-Disposition": 'attachment; filename="a.csv"'}
    assert signer.asked == []


def test_what_does_not_fit_is_a_redirect_that_nobody_keeps(
    delivery: Delivery, artefacts: Artefacts, signer: Signer
) -> None:
    artefact = artefacts.write("a", b"x" * (LIMIT + 1), media_type="text/csv")

    delivered = delivery.deliver(artefact, name="a.csv", media_type="application/octet-stream")

    assert delivered.status == 303
    assert list(delivered.body) == []
    assert delivered.headers == {
        "Location": "https://store.example/a",
        "Cache-Control": "no-store",
    }
    assert signer.asked == [(artefact, 'attachment; filename="a.csv"', "application/octet-stream")]


def test_the_version_that_was_described_is_delivered(
    delivery: Delivery, artefacts: Artefacts
) -> None:
    first = artefacts.write("a", b"first", media_type="text/csv")
    artefacts.write("a", b"second", media_type="text/csv")

    delivered = delivery.deliver(first, name="a.csv", media_type="text/csv")

    assert b"".join(delivered.body) == b"first"


def test_what_is_gone_is_told_before_anything_is_sent(
    delivery: Delivery, artefacts: Artefacts
) -> None:
    artefact = artefacts.write("a", b"x", media_type="text/csv")

    with pytest.raises(ArtefactMissing):
        delivery.deliver(replace(artefact, key="b"), name="b.csv", media_type="text/csv")
