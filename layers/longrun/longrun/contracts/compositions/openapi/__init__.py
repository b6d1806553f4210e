"""The OpenAPI 3.1 document of the compositions contract, made from its table of endpoints.

Written by `python -m longrun.contracts.compositions.openapi FILE`, loaded by nothing.
"""

from longrun.contracts.compositions.openapi.document import openapi_document, written

__all__ = ["openapi_document", "written"]
