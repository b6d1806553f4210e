"""The columnar engine (DuckDB) within bounds: its memory, its files, its time.

It sees one folder and nothing else, loads nothing from anywhere, and can be stopped between
batches. Its own messages are for the log: they carry paths and data.
"""

import os
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

MEMORY: Final = "600MB"
"""What the engine may hold; it spills into its folder beyond. The process stays below 1 GB."""

PULSE: Final = 1.0
"""Seconds between two words about a query that is running."""

type Beat = Callable[[float], None]
"""Told about once a second which part of a query is done, 0 to 1; may raise to stop it."""


class EngineFailed(Exception):
    """The engine could not run a query. What it said is in the log's cause, for nobody else."""

    def __init__(self, said: str) -> None:
        super().__init__("The columnar engine failed.")
        self.said = said


def literal(text: str) -> str:
    """A text as a literal of SQL."""
    return "'" + text.replace("'", "''") + "'"


def identifier(name: str) -> str:
    """A name as an identifier of SQL."""
    return '"' + name.replace('"', '""') + '"'


class Columnar:
    """One database in memory, over the files of one folder."""

    def __init__(self, connection: "DuckDBPyConnection") -> None:
        self._connection = connection

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """All rows of a small answer.

        Raises:
            EngineFailed: The query could not be run.
        """
        import duckdb

        try:
            return self._connection.execute(query).fetchall()
        except duckdb.Error as error:
            raise EngineFailed(str(error)) from error

    def row(self, query: str) -> tuple[Any, ...]:
        """The only row of an answer."""
        [row] = self.rows(query)
        return row

    def run(self, query: str, beat: Beat) -> list[tuple[Any, ...]]:
        """A small answer that takes its time.

        Args:
            query: To be run.
            beat: Told how far it is; what it raises stops the query and is raised.

        Raises:
            EngineFailed: The query could not be run.
        """
        answer: list[list[tuple[Any, ...]]] = []
        failure: list[EngineFailed] = []
        ended = threading.Event()

        def work() -> None:
            try:
                answer.append(self.rows(query))
            except EngineFailed as error:
                failure.append(error)
            finally:
                ended.set()

        worker = threading.Thread(target=work, name="query")
        worker.start()
        try:
            while not ended.wait(PULSE):
                beat(max(self._connection.query_progress(), 0.0) / 100)
        finally:
            if not ended.is_set():
                self._connection.interrupt()
            worker.join()
        if failure:
            raise failure[0]
        return answer[0]

    def batches(self, query: str, size: int) -> Iterator[Sequence[tuple[Any, ...]]]:
        """The rows of a large answer, so many at a time."""
        import duckdb

        try:
            found = self._connection.execute(query)
            while batch := found.fetchmany(size):
                yield batch
        except duckdb.Error as error:
            raise EngineFailed(str(error)) from error


@contextmanager
def columnar(
    folder: Path, *, memory: str = MEMORY, threads: int | None = None
) -> Iterator[Columnar]:
    """The engine over a folder, for as long as the context lasts.

    Args:
        folder: All that it may read and write; what it spills goes there too.
        memory: What it may hold, in the engine's words.
        threads: Default: one for each CPU.
    """
    # Half a tenth of a second, and only steps that use it pay.
    import duckdb

    connection = duckdb.connect(
        config={
            "threads": threads or os.process_cpu_count() or 1,
            "memory_limit": memory,
            "temp_directory": str(folder),
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
        }
    )
    try:
        for setting in (
            "TimeZone = 'UTC'",
            "enable_progress_bar = true",
            "enable_progress_bar_print = false",
            f"allowed_directories = [{literal(str(folder))}]",
            "enable_external_access = false",
            "lock_configuration = true",
        ):
            connection.execute(f"SET {setting}")
        yield Columnar(connection)
    finally:
        connection.close()
