"""The OpenAPI 3.1 document of the contract, made from the table of endpoints and the models.

Written by `python -m longrun.contracts.print.openapi docs/openapi/print.json`, loaded by nothing.
"""

from longrun.contracts.print.openapi.document import openapi_document, written

__all__ = ["openapi_document", "written"]
