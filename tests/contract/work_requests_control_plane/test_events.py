"""The sample event of events/ is such that the door answers it."""

import json
from pathlib import Path

from tests.contract.work_requests_control_plane.world import World

EVENT = Path(__file__).parents[3] / "events" / "control-plane-list.json"


def test_the_sample_event_is_answered(world: World) -> None:
    reply = world.send(json.loads(EVENT.read_text(encoding="utf-8")))

    assert reply.error == (401, "NotAuthenticated")
