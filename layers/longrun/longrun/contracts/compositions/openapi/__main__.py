"""Writes the document into the file that is named."""

from longrun.contracts.compositions.openapi import written
from longrun.gateway.openapi import command

command("longrun.contracts.compositions.openapi", written)
