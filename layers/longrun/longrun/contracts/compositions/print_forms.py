"""`GET …/printForm`: a composition on paper. Loads Typst, for a function that does nothing else."""

from typing import Final

from longrun.compositions.print_form import TEMPLATES, form_of, render
from longrun.contracts.compositions.access import named
from longrun.contracts.compositions.compositions import PATH
from longrun.contracts.compositions.errors import broken
from longrun.contracts.compositions.requests import QUERY, speaking_json
from longrun.contracts.compositions.services import Services
from longrun.gateway.answer import Answer
from longrun.gateway.call import Call
from longrun.gateway.endpoint import Endpoint
from longrun.identity.roles import COMPOSITION_READ

PDF: Final = "application/pdf"


@speaking_json
def print_form(call: Call[Services]) -> Answer:
    """A composition's print form, PDF/A-2b, with its status and a QR code of its id."""
    template = call.query("templateId")
    if template is not None and template not in TEMPLATES:
        known = ", ".join(TEMPLATES)
        description = f"This must be one of: {known}."
        raise broken(QUERY, "$.templateId", "inclusion", description, *TEMPLATES)
    composition = named(call)
    platform, now = call.services.platform, call.services.platform.clock()
    form = form_of(composition, platform.registry, zone=platform.time_zone, printed=now)
    return Answer(
        media_type=PDF,
        headers={
            "Content-Disposition": f'inline; filename="composition-{composition.id}.pdf"',
        },
        body=iter([render(form, created=now)]),
    )


ENDPOINTS: Final = (
    Endpoint[Services](
        name="getPrintForm",
        verbs=("GET",),
        path=f"{PATH}/printForm",
        needs=(COMPOSITION_READ,),
        answer=print_form,
    ),
)
