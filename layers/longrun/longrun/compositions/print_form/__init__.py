"""The print form: a composition on paper, as PDF/A-2b, with its status and a QR code of its id.

Needs the packages of the layer `typesetting`; loaded by the one function that prints.
"""

from longrun.compositions.print_form.form import TEMPLATES, form_of
from longrun.compositions.print_form.typesetting import render

__all__ = ["TEMPLATES", "form_of", "render"]
