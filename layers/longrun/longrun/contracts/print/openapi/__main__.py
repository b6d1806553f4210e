"""Writes the document into the file that is named."""

from longrun.contracts.print.openapi import written
from longrun.gateway.openapi import command

command("longrun.contracts.print.openapi", written)
