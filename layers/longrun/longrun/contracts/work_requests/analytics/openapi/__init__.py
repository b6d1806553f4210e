"""The OpenAPI 3.1 document of the Analytics face, made from its table of endpoints and the models.

Written by `python -m longrun.contracts.work_requests.analytics.openapi FILE`, loaded by nothing.
"""

from longrun.contracts.work_requests.analytics.openapi.document import openapi_document, written

__all__ = ["openapi_document", "written"]
