"""The MiniStack process: started in the background, found again and ended by its pid."""

import json
import os
import shutil
import signal
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from local.commands import Failed
from local.places import Places

READY_SECONDS = 60
STOP_SECONDS = 15


class Server:
    """One MiniStack server on 127.0.0.1: IAM is enforced, nothing is kept across restarts."""

    def __init__(self, places: Places) -> None:
        self._places = places

    def running(self) -> bool:
        """Whether the process that we started still answers."""
        return self._pid() is not None and self._health() is not None

    def start(self) -> bool:
        """Start the server unless it runs; returns whether it was started.

        Raises:
            Failed: The port is another's, or the server did not get ready.
        """
        if self.running():
            return False
        if self._health() is not None:
            raise Failed(
                f"Port {self._places.port} is in use by a server that was not started here."
            )
        self._places.home.mkdir(parents=True, exist_ok=True)
        # The functions' processes leave their folders behind.
        shutil.rmtree(self._places.temporary, ignore_errors=True)
        self._places.temporary.mkdir()
        environment = self._places.environment() | {
            "AUTH": "true",
            "BIND_HOST": "127.0.0.1",
            "GATEWAY_PORT": str(self._places.port),
            "TMPDIR": str(self._places.temporary),
            # Waits before the retries of a workflow step are shortened to a tenth.
            "SFN_WAIT_SCALE": "0.1",
        }
        print("Starting MiniStack … ", end="", flush=True)
        begun = time.monotonic()
        with self._places.log.open("wb") as log:
            process = subprocess.Popen(
                [self._places.programs / "ministack"],
                cwd=self._places.home,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self._places.pid.write_text(str(process.pid))
        for _ in _every(0.1, seconds=READY_SECONDS):
            health = self._health()
            if health is not None:
                break
            if process.poll() is not None:
                raise Failed(f"MiniStack ended at once; its log is {self._places.log}.")
        else:
            self.stop()
            raise Failed(f"MiniStack was not ready in {READY_SECONDS} s; see {self._places.log}.")
        if health.get("auth") != "enabled":
            self.stop()
            raise Failed("MiniStack does not enforce IAM.")
        print(f"{time.monotonic() - begun:.1f} s", flush=True)
        return True

    def stop(self) -> bool:
        """End the server and the functions it runs; returns whether there was one."""
        pid = self._pid()
        self._places.pid.unlink(missing_ok=True)
        if pid is None:
            return False
        # It leads a session of its own: its process group is itself and the functions' processes.
        for ending in (signal.SIGTERM, signal.SIGKILL):
            with suppress(ProcessLookupError):
                os.killpg(pid, ending)
            for _ in _every(0.1, seconds=STOP_SECONDS):
                with suppress(ChildProcessError):
                    os.waitpid(pid, os.WNOHANG)
                if not _group_exists(pid):
                    return True
        raise Failed(f"Process {pid} does not end.")

    def _pid(self) -> int | None:
        """Of our server, if it lives: a pid that the system gave to another program is not ours."""
        try:
            pid = int(self._places.pid.read_text())
            os.kill(pid, 0)
        except (FileNotFoundError, ValueError, ProcessLookupError, PermissionError):
            return None
        return pid if _is_ministack(pid) else None

    def _health(self) -> dict[str, object] | None:
        try:
            with urllib.request.urlopen(
                f"{self._places.endpoint}/_ministack/health", timeout=2
            ) as answer:
                found: dict[str, object] = json.load(answer)
                return found
        except (urllib.error.URLError, OSError, ValueError):
            return None


def _every(interval: float, *, seconds: float) -> Iterator[None]:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        yield
        time.sleep(interval)


def _is_ministack(pid: int) -> bool:
    try:
        arguments = Path("/proc", str(pid), "cmdline").read_bytes()
    except FileNotFoundError:  # not on Linux
        arguments = subprocess.run(
            ["ps", "-ww", "-o", "args=", "-p", str(pid)], capture_output=True, check=False
        ).stdout
    return b"ministack" in arguments


def _group_exists(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except (ProcessLookupError, PermissionError):
        return False
    return True
