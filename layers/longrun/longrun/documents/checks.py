"""What an uploaded resource must pass: the formats of `documents`, loaded with the first upload."""

from collections.abc import Callable, Mapping
from io import BytesIO
from typing import Final

from longrun.filestore import FileType


def _template(content: bytes, name: str) -> None:
    from longrun.documents.template import check_template

    check_template(BytesIO(content), file=name)


def _mapping(content: bytes, name: str) -> None:
    from longrun.documents.formats import parse_mapping

    parse_mapping(content, name)


def _job_preset(content: bytes, name: str) -> None:
    from longrun.documents.formats import parse_job_preset

    parse_job_preset(content, name)


def _output_preset(content: bytes, name: str) -> None:
    from longrun.documents.formats import parse_output_preset

    parse_output_preset(content, name)


# The imports above are local on purpose: YAML and pydantic would double the start-up of a function
# that is polled far more often than it is sent a resource.
CHECKS: Final[Mapping[FileType, Callable[[bytes, str], None]]] = {
    FileType.TEMPLATE: _template,
    FileType.DATA_MAPPING_CONFIG: _mapping,
    FileType.JOB_CREATION_CONFIG: _job_preset,
    FileType.OUTPUT_CREATION_CONFIG: _output_preset,
}
