"""The demo's compositions as lines for a shell: they create, sign and cancel one more."""

import json
import shlex
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from longrun_client.demo_curl import Line
from longrun_client.demo_stack import DemoDoctor

_TELL: Final = (
    "import json, sys; told = json.load(sys.stdin)['data']${1-};"
    " print(told if isinstance(told, str) else json.dumps(told))"
)
_REASON: Final = {
    "coding": [
        {
            "system": "eHealth/COMPOSITION_CANCELLATION_REASONS_TEMP_DISABILITY",
            "code": "INCORRECT_DISABILITY_PERIOD",
        }
    ]
}


@dataclass(frozen=True, slots=True, kw_only=True)
class JobCurl:
    """Writes the lines for one doctor; the shell has a token in the variable of that name."""

    doctor: DemoDoctor
    command: str
    """How the `longrun` command is called."""

    def lines(self, draft: Path, *, again: Path) -> list[Line]:
        """The whole way, from the draft to the cancellation.

        Args:
            draft: The composition to be created; what the lines make is put beside it.
            again: Where the print form is saved.
        """
        doctor, place = self.doctor, self.doctor.place
        stored, stated = (draft.with_stem(f"composition-{what}") for what in ("stored", "canceled"))
        job = _quoted(draft.with_name("job.json"))
        get = f"$api/{place.patient}/$href/episode/{place.episode}/encounter/{place.encounter}"
        return [
            Line(
                comment="how the API is asked; what is in an answer; waiting for a job",
                command=self._functions(job),
            ),
            Line(
                comment="create a composition; the answer is a job; its link leads to what it made",
                command=f"job=$(ask --data-binary @{_quoted(draft)} $api/composition"
                f" | told \"['id']\")\nended\nhref=$(told \"['links'][0]['href']\" < {job})",
            ),
            Line(
                comment="get it: its data is what the author signs",
                command=f"ask {get} | told > {_quoted(stored)}",
            ),
            self._signed(stored, "sign"),
            Line(
                comment="search for what is FINAL",
                command=f"ask '{doctor.url}/patients/searchComposition?"
                f"subject={doctor.person}&status=FINAL'",
            ),
            Line(
                comment="the print form",
                command=f"ask --output {_quoted(again)} {get}/printForm",
            ),
            Line(
                comment="what is signed to cancel it",
                command='printf \'{"identifier": "%s", "reason": %s}\''
                f' "${{href#composition/}}" {shlex.quote(json.dumps(_REASON))}'
                f" > {_quoted(stated)}",
            ),
            self._signed(stated, "cancel"),
            Line(comment="how it stands", command=f"ask {get} | told \"['status']\""),
        ]

    def _functions(self, job: str) -> str:
        key = shlex.quote(f"api-key: {self.doctor.api_key}")
        json_type = "'Content-Type: application/json'"
        return "\n".join(
            [
                f"api={shlex.quote(f'{self.doctor.url}/patients')}",
                'ask() { curl -sS --header "Authorization: Bearer $token" \\',
                f'  --header {key} --header {json_type} "$@"; }}',
                f'told() {{ python3 -c "{_TELL}"; }}',
                f"ended() {{ until ask $api/composition/job/$job > {job}; grep -q doneAt {job};",
                f"  do sleep 1; done; cat {job}; echo; }}",
            ]
        )

    def _signed(self, content: Path, verb: str) -> Line:
        doctor = self.doctor
        signing = shlex.join(
            [
                *(self.command, "compositions", "sign", str(content)),
                *("--key", str(doctor.key_file), "--cert", str(doctor.certificate_file)),
            ]
        )
        body = '--data "{\\"data\\": \\"$signed\\"}"'
        return Line(
            comment=f"sign that, and hand it in: the job that {verb}s",
            command=f"signed=$({signing})\n"
            f"job=$(ask --request PATCH {body} $api/$href/{verb} | told \"['id']\")\nended",
        )


def _quoted(path: Path) -> str:
    return shlex.quote(str(path))
