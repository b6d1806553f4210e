"""The first step: which parts the workflow goes through, and their configurations made ready.

Configurations are parsed here and kept as checked JSON, so that no later step needs YAML or
pydantic (start-up).
"""

from collections.abc import Callable, Mapping

from longrun.documents.checked import dump_checked
from longrun.documents.formats import (
    Configuration,
    parse_job_preset,
    parse_mapping,
    parse_output_preset,
)
from longrun.documents.order import DataMining, DataReading, Order
from longrun.documents.presets.job import JobPreset
from longrun.documents.presets.output import OutputPreset
from longrun.documents.steps.engine import Engine, configuration_key
from longrun.filestore import FileType
from longrun.operations.operation import Operation

_PARSERS: Mapping[FileType, Callable[[bytes, str], Configuration]] = {
    FileType.DATA_MAPPING_CONFIG: parse_mapping,
    FileType.JOB_CREATION_CONFIG: parse_job_preset,
    FileType.OUTPUT_CREATION_CONFIG: parse_output_preset,
}

_DEFAULTS: Mapping[FileType, Configuration] = {
    FileType.JOB_CREATION_CONFIG: JobPreset(),
    FileType.OUTPUT_CREATION_CONFIG: OutputPreset(),
}
"""What holds where an order names no preset: one job of all documents, one PDF."""


def plan_work(engine: Engine, operation: Operation) -> dict[str, bool]:
    """Make the configurations ready, and say which parts were ordered: no data, no ids.

    Raises:
        InputInvalid: A configuration is not what its format asks for.
        FileNotFound: It was deleted since.
    """
    order = engine.order(operation)
    _prepare(engine, operation, order)
    return {
        "datamining": isinstance(order.datamining, DataMining),
        "dataset": isinstance(order.datamining, DataReading),
        "contentcreation": order.contentcreation is not None,
        "jobcreation": order.jobcreation is not None,
        "outputcreation": order.outputcreation is not None,
        "export": order.export is not None,
    }


def _prepare(engine: Engine, operation: Operation, order: Order) -> None:
    wanted: dict[FileType, int | None] = {}
    if isinstance(order.datamining, DataMining):
        wanted[FileType.DATA_MAPPING_CONFIG] = order.datamining.config
    if order.jobcreation:
        wanted[FileType.JOB_CREATION_CONFIG] = order.jobcreation.preset
    if order.outputcreation:
        wanted[FileType.OUTPUT_CREATION_CONFIG] = order.outputcreation.preset
    for file_type, file_id in wanted.items():
        if file_id is None:
            _keep(engine, operation, file_type, _DEFAULTS[file_type])
            continue
        file = engine.files.get(operation.tenant, file_id, file_type)
        content = engine.artefacts.read(file.key, version=file.version)
        _keep(engine, operation, file_type, _PARSERS[file_type](content, file.name))


def _keep(
    engine: Engine, operation: Operation, file_type: FileType, configuration: Configuration
) -> None:
    engine.artefacts.write(
        configuration_key(operation, file_type),
        dump_checked(configuration),
        media_type="application/json",
    )
