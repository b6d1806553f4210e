"""The workflow of reloads: what fails is told to the kernel, and what it left is removed."""

from typing import Any

import yaml

from local.places import ROOT


def test_whatever_fails_is_told_to_the_kernel_and_tidied_up() -> None:
    path = ROOT / "functions" / "work_requests" / "reload_data_set.asl.yaml"
    states: dict[str, dict[str, Any]] = yaml.safe_load(path.read_text())["States"]
    for name in ("Begin", "Reload", "Succeed"):
        (catch,) = states[name]["Catch"]
        assert (catch["ErrorEquals"], catch["Next"]) == (["States.ALL"], "Fail")
    assert states["Fail"]["Next"] == "TidyAfterFailure"
    tidy = states["TidyAfterFailure"]
    assert tidy["Resource"] == states["Reload"]["Resource"]
    assert tidy["Parameters"] == {"operationId.$": "$.operationId", "tidy": True}
    assert (tidy["Next"], tidy["Catch"][0]["Next"]) == ("WhoseFault", "WhoseFault")
