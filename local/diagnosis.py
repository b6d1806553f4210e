"""Why a workflow failed: what its steps, and the iterations of its Maps, broke off with."""

from collections.abc import Iterator

from local.deployment import client
from local.stack import Stack


def reasons(stack: Stack, operation_id: str) -> Iterator[str]:
    """A line for each step of the operation's execution that failed."""
    workflows = client("stepfunctions", stack.endpoint)
    machine = stack.resources["PrintAllInOne"]
    execution = f"{machine.replace(':stateMachine:', ':execution:')}:{operation_id}"
    executions = [execution]
    for run in workflows.list_map_runs(executionArn=execution)["mapRuns"]:
        children = workflows.list_executions(mapRunArn=run["mapRunArn"], statusFilter="FAILED")
        executions += [child["executionArn"] for child in children["executions"]]
    for each in executions:
        for event in workflows.get_execution_history(executionArn=each)["events"]:
            failed = event.get("taskFailedEventDetails")
            if failed:
                function = failed["resource"].rsplit(":", 1)[-1]
                yield f"{function}: {failed['error']}: {failed['cause']}"
