"""The demo's calls as lines for a shell, to be repeated by hand."""

import json
import shlex
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlencode

from longrun_client.print_files import UPLOAD_LIMIT, FileKind
from longrun_client.work_requests_definitions import DataSetDefinition, object_id
from longrun_client.work_requests_tokens import ClientCredentials

_WORDS = {
    FileKind.DATA_FILE: "data file",
    FileKind.DATA_MAPPING_CONFIG: "data mapping configuration",
    FileKind.TEMPLATE: "template",
    FileKind.JOB_CREATION_CONFIG: "job creation preset",
    FileKind.OUTPUT_CREATION_CONFIG: "output creation preset",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A command of one or two lines, and what it is for."""

    comment: str
    command: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Curl:
    """Writes curl lines for one print service and one user."""

    url: str
    user: str
    password: str = field(repr=False)

    def upload(self, kind: FileKind, path: Path) -> Line:
        """Of a managed file."""
        name = urlencode({"filename": path.name})
        what = _WORDS[kind]
        if path.stat().st_size > UPLOAD_LIMIT:
            # Two steps, the second with fields of the first's answer: nothing to paste.
            command = self._call(
                f"{self.url}/filestore/uploads",
                "--header", "Content-Type: application/json",
                "--data", f'{{"type": "{kind.value}", "filename": "{path.name}"}}',
            )  # fmt: skip
            return Line(comment=f"a form to upload the {what} with: it is large", command=command)
        command = self._call(
            f"{self.url}/filestore/{kind.method}?{name}",
            "--header", f"Content-Type: {kind.media_type}",
            "--data-binary", f"@{path}",
        )  # fmt: skip
        return Line(comment=f"upload the {what}; the answer is its id", command=command)

    def submit(self, configuration: Path) -> Line:
        """Of an All-In-One configuration in a file."""
        command = self._call(
            f"{self.url}/workflow/print/submit",
            "--header", "Content-Type: application/json",
            "--data-binary", f"@{configuration}",
        )  # fmt: skip
        return Line(comment="submit again; operationId is in the headers", command=command)

    def operations(self) -> Line:
        """What runs."""
        command = self._call(f"{self.url}/workflow/print/getOperations")
        return Line(comment="what runs at the moment", command=command)

    def progress(self, operation_id: str) -> Line:
        """How far an operation is."""
        command = self._call(f"{self.url}/workflow/print/getProgress/{operation_id}")
        return Line(comment="how far it is", command=command)

    def result_text(self, operation_id: str) -> Line:
        """Where the output is."""
        url = f"{self.url}/workflow/print/getResultTxt/{operation_id}"
        return Line(comment="where the output is", command=self._post(url))

    def managed_result(self, operation_id: str) -> Line:
        """The output's id in the file store."""
        url = f"{self.url}/workflow/print/getManagedResult/{operation_id}"
        return Line(comment="the output's id in the file store", command=self._post(url))

    def result(self, operation_id: str, target: Path, *, redirected: bool) -> Line:
        """The spool file.

        Args:
            operation_id: Which.
            target: Where it is saved.
            redirected: It comes from the object store, which must not be sent the credentials.
        """
        url = f"{self.url}/workflow/print/getResult/{operation_id}"
        if not redirected:
            command = self._post(url, "--output", str(target))
            return Line(comment="the spool file", command=command)
        # In two steps: curl would send --user along to another path of the same host.
        place = _line(
            "curl", "-sS", "--output", "/dev/null", "--write-out", "%{redirect_url}",
            *self._credentials(), "--data", "", url,
        )  # fmt: skip
        saving = _line("curl", "-sS", "-D", "-", "--output", str(target))
        return Line(
            comment="the spool file: the service redirects to the object store, without --user",
            command=f'place=$({place})\n{saving} "$place"',
        )

    def cancel(self, operation_id: str) -> Line:
        """Of an operation; harmless after its end."""
        url = f"{self.url}/workflow/print/cancel/{operation_id}"
        return Line(comment="cancel it (harmless now)", command=self._post(url))

    def _post(self, url: str, *options: str) -> str:
        return self._call(url, "--data", "", *options)

    def _call(self, url: str, *options: str) -> str:
        return _line("curl", "-sS", "-D", "-", *self._credentials(), *options, url)

    def _credentials(self) -> tuple[str, str]:
        return ("--user", f"{self.user}:{self.password}")


@dataclass(frozen=True, slots=True, kw_only=True)
class BearerCurl:
    """Writes curl lines for one work requests service and one client."""

    url: str
    credentials: ClientCredentials = field(repr=False)

    def token(self) -> Line:
        """An access token, into a variable of the shell."""
        client = f"{self.credentials.client_id}:{self.credentials.client_secret}"
        asking = _line(
            "curl", "-sS", "--user", client, "--data", "grant_type=client_credentials",
            self.credentials.token_url,
        )  # fmt: skip
        reading = _line(
            "python3", "-c", 'import json, sys; print(json.load(sys.stdin)["access_token"])'
        )
        return Line(
            comment="an access token, for the lines that follow",
            command=f"token=$({asking} |\n  {reading})",
        )

    def define(self, name: str, definition: DataSetDefinition) -> Line:
        """Of a data set."""
        command = self._call(
            f"/catalog/datasets/{object_id(name)}",
            "--request", "PUT",
            "--header", "Content-Type: application/json",
            "--data", json.dumps(definition.document()),
        )  # fmt: skip
        comment = f"define the data set; its id is the Base64URL of its name, {name}"
        return Line(comment=comment, command=command)

    def reload(self, name: str) -> Line:
        """Of a data set."""
        path = f"/catalog/datasets/{object_id(name)}/actions/reload"
        command = self._call(path, "--request", "POST")
        return Line(comment="reload it; oa-work-request-id is in the headers", command=command)

    def poll(self, work_request: str, what: str) -> Line:
        """Of a work request."""
        command = self._call(f"/workRequests/{work_request}")
        return Line(comment=f"poll the work request of the {what}", command=command)

    def _call(self, path: str, *options: str) -> str:
        # The variable's name must not be quoted away.
        bearer = '--header "Authorization: Bearer $token"'
        return f"{_line('curl', '-sS', '-D', '-')} {bearer} {_line(*options, self.url + path)}"


def _line(*words: str) -> str:
    return shlex.join(words)
