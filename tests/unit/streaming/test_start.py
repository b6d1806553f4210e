import sys
from pathlib import Path

import pytest
from longrun_streaming import pins
from longrun_streaming.__main__ import search_path

from local.places import ROOT

LAYER = ROOT / "layers" / "streaming"


def test_the_function_comes_before_its_layers_and_they_before_the_managed_runtime() -> None:
    found = search_path(
        Path("/opt/python"),
        Path("/var/runtime/bootstrap.py"),
        {"LAMBDA_TASK_ROOT": "/var/task"},
    )
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    assert found == [
        "/var/task",
        f"/opt/python/lib/{version}/site-packages",
        "/opt/python",
        "/var/runtime",
    ]


def test_the_pinned_awslambdaric_is_accepted() -> None:
    pins.check()


def test_the_layer_ships_the_version_that_is_pinned() -> None:
    assert f"awslambdaric=={pins.VERSION} \\\n" in (LAYER / "requirements.txt").read_text()


def test_another_version_is_refused_with_both_named() -> None:
    with pytest.raises(pins.PinBroken, match=rf"extends awslambdaric {pins.VERSION}.*is 4\.0\.0"):
        pins.check(version="4.0.0")


def test_another_signature_is_refused_with_both_named() -> None:
    def run(app_root: str, handler: str, lambda_runtime_api_addr: str) -> None: ...

    with pytest.raises(pins.PinBroken, match=r"run takes \(app_root handler .*in place of \(a b\)"):
        pins.check(signatures=((run, "a b"),))


def test_a_native_part_that_does_not_load_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("awslambdaric.lambda_runtime_client.runtime_client", None)
    with pytest.raises(pins.PinBroken, match="another architecture"):
        pins.check()


def test_the_wrapper_may_be_run() -> None:
    assert (LAYER / "bootstrap").stat().st_mode & 0o111 == 0o111
