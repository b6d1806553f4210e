"""Has deployed functions misbehave for the time of a test; all else of them is as deployed."""

import io
import json
import os
import signal
import zipfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal

from local.places import ROOT
from tests.integration.root import Root
from tests.integration.waiting import eventually

DOORS = {
    "Lifecycle": "operations/lifecycle",
    "PrintPlanWork": "print/plan_work",
    "PrintMapData": "print/map_data",
    "PrintOpenContent": "print/open_content",
    "PrintCreateContent": "print/create_content",
    "PrintCloseContent": "print/close_content",
    "PrintCreateJobs": "print/create_jobs",
    "PrintPlanOutput": "print/plan_output",
    "PrintCreateOutput": "print/create_output",
    "PrintDeliverOutput": "print/deliver_output",
    "PrintExportPages": "print/export_pages",
    "WorkRequestsReloadDataSet": "work_requests/reload_data_set",
    "WorkRequestsCreateSnapshot": "work_requests/create_snapshot",
    "WorkRequestsRestoreSnapshot": "work_requests/restore_snapshot",
    "CompositionsCreate": "compositions/create",
    "CompositionsSign": "compositions/sign",
    "CompositionsCancel": "compositions/cancel",
}
"""The functions of workflows that tests have misbehave."""


class Held:
    """Calls that a doorkeeper holds."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def processes(self) -> set[int]:
        """Those that hold a call."""
        return {int(path.name.split("-")[1]) for path in self._folder.glob("held-*")}

    def wait(self, calls: int = 1) -> None:
        """Until so many calls are held."""
        eventually(lambda: len(list(self._folder.glob("held-*"))), until=lambda n: n >= calls)

    def release(self) -> None:
        """Let them go on, and every later call."""
        (self._folder / "orders.json").unlink(missing_ok=True)

    def kill(self) -> None:
        """Kill the processes that hold a call."""
        for process in self.processes():
            command = Path(f"/proc/{process}/cmdline").read_bytes()
            assert b"ministack-lambda-" in command, f"{process} is no function's"
            os.kill(process, signal.SIGKILL)


class Breakage:
    """The doorkeepers of one stack."""

    def __init__(self, root: Root, folder: Path) -> None:
        self._root = root
        self._folder = folder

    def install(self) -> None:
        """Put a doorkeeper before every door."""
        keeper = Path(__file__).with_name("doorkeeper.py").read_text()

        def deploy(function: str) -> None:
            place = self._folder / function
            place.mkdir()
            self._deploy(function, keeper.replace("FOLDER", str(place)), door=_source(function))

        _at_once(deploy)

    def remove(self) -> None:
        """Deploy what was deployed."""
        _at_once(lambda function: self._deploy(function, _source(function)))

    @contextmanager
    def told(
        self,
        function: str,
        do: Literal["crash", "die", "hang", "hold"],
        *,
        once: bool = False,
        after: bool = False,
        when: dict[str, object] | None = None,
    ) -> Iterator[Held]:
        """Have a function misbehave.

        Args:
            function: Its logical id.
            do: Raise, end the process, sleep, or wait until it is released.
            once: Only at the next call.
            after: When the call's work is done.
            when: Only in calls whose event has these values.
        """
        place = self._folder / function
        for old in place.iterdir():
            old.unlink()
        orders = {"do": do, "once": once, "after": after, "when": when or {}}
        (place / "new").write_text(json.dumps(orders))
        (place / "new").rename(place / "orders.json")
        held = Held(place)
        try:
            yield held
        finally:
            held.release()

    def idle(self, function: str) -> None:
        """Wait until no call of the function is under way."""
        place = self._folder / function
        eventually(lambda: not list(place.glob("held-*")))

    @contextmanager
    def limited(self, function: str, seconds: int) -> Iterator[None]:
        """Give a function less time."""
        before = self._configuration(function)["Timeout"]
        self._configure(function, seconds)
        try:
            yield
        finally:
            self._configure(function, before)

    def _configure(self, function: str, seconds: int) -> None:
        name = self._root.stack.resources[function]
        self._root.functions.update_function_configuration(FunctionName=name, Timeout=seconds)
        self._settle(function)

    def _deploy(self, function: str, app: str, **modules: str) -> None:
        archive = io.BytesIO()
        with zipfile.ZipFile(archive, "w") as opened:
            for name, source in {"app": app, **modules}.items():
                opened.writestr(f"{name}.py", source)
        self._root.functions.update_function_code(
            FunctionName=self._root.stack.resources[function], ZipFile=archive.getvalue()
        )
        self._settle(function)

    def _settle(self, function: str) -> None:
        eventually(
            lambda: self._configuration(function)["LastUpdateStatus"], until="Successful".__eq__
        )

    def _configuration(self, function: str) -> dict[str, Any]:
        found: dict[str, Any] = self._root.functions.get_function_configuration(
            FunctionName=self._root.stack.resources[function]
        )
        return found


def _at_once(deploy: Callable[[str], None]) -> None:
    with ThreadPoolExecutor(len(DOORS)) as threads:
        list(threads.map(deploy, DOORS))


def _source(function: str) -> str:
    return (ROOT / "functions" / DOORS[function] / "app.py").read_text()
