"""How faults of AWS become the kernel's."""

import pytest
from botocore.exceptions import IncompleteReadError

from longrun.aws.faults import interrupted
from longrun.operations.errors import Interrupted


def test_a_body_that_breaks_off_may_be_read_again() -> None:
    with pytest.raises(Interrupted), interrupted("S3"):
        raise IncompleteReadError(actual_bytes=1, expected_bytes=2)
