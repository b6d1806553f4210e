"""`GET /patients/composition/job/{asyncJobId}`: what is polled. Nothing else is loaded for it."""

from typing import Final

from longrun.contracts.compositions.envelope import data
from longrun.contracts.compositions.job import KINDS, job
from longrun.contracts.compositions.requests import path_id, speaking_json
from longrun.contracts.compositions.services import Services
from longrun.gateway.answer import Answer
from longrun.gateway.call import Call
from longrun.gateway.endpoint import Endpoint
from longrun.identity.roles import COMPOSITION_READ
from longrun.operations.errors import OperationUnknown
from longrun.operations.operation import Operation


@speaking_json
def get_job(call: Call[Services]) -> Answer:
    """The state of any job of the tenant on compositions: 200, whatever became of it."""
    operation = call.services.authority.see(path_id(call, "asyncJobId", "job"), call.principal)
    if operation.kind not in KINDS:
        raise OperationUnknown(operation.id)
    return answer_with(call, operation)


def answer_with(call: Call[Services], operation: Operation) -> Answer:
    """200 with an operation's job."""
    return data(job(operation, call.services.estimates.eta(operation)))


ENDPOINTS: Final = (
    Endpoint[Services](
        name="getJob",
        verbs=("GET",),
        path="/patients/composition/job/{asyncJobId}",
        needs=(COMPOSITION_READ,),
        answer=get_job,
    ),
)
