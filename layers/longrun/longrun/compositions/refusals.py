"""Why a job on a composition fails: the codes of the contract, and those that it leaves unsaid.

A refusal's message names places (JSON paths) and ids; it never repeats what a document says.
"""

from enum import IntEnum


class Code(IntEnum):
    """The numbers that a FAILED job tells."""

    NOT_FOUND = 1000
    """What a reference or a request names is not there."""
    ONLY_PREPERSON_TO_PERSON = 1001
    EXISTS_FOR_SUBJECT = 1002
    CANCEL_OF_NON_FINAL = 1003
    CANCELLATION_CODING = 1004
    OUTDATED = 1005
    """Too late to cancel."""
    TASK_RUNNING = 1006
    TYPE_CODING = 1073
    NEWBORN_CATEGORY_SYSTEM = 1081
    DISABILITY_CATEGORY_SYSTEM = 1085
    REPLACED_NOT_AMENDED = 1136
    REPLACED_NOT_FOUND = 1137
    STARTS_BEFORE_PREVIOUS = 1143
    TYPE_CHANGED = 1146
    CATEGORY_UNKNOWN = 1161
    AUTHOR_POSITION = 1167
    TREATMENT_VIOLATION_DATE = 1172
    TARGET_ENTERED_IN_ERROR = 1184

    # The contract has no numbers for these; they are ours, far from those of the original.
    DOCUMENT_INVALID = 9001
    SIGNATURE_INVALID = 9002
    SIGNER_DIFFERS = 9003
    CONTENT_DIFFERS = 9004
    NOT_THE_AUTHOR = 9005
    NOT_PRELIMINARY = 9006
    RELATION_OVERTAKEN = 9007
    """What the composition relates to changed since it was created."""
    TOO_MANY_CHANGES = 9008
    """The chain to be refined is longer than what can be changed in one transaction."""


class Refusal(Exception):
    """A job on a composition cannot be done, for a reason that is the caller's.

    Attributes:
        code: The number that the job tells.
        message: What is wrong, as a sentence without anybody's data.
        path: The JSON path in the document at fault, if it is at one.
    """

    def __init__(self, code: Code, message: str, *, path: str | None = None) -> None:
        super().__init__(f"{code:d}: {message}")
        self.code = code
        self.message = message
        self.path = path


class DocumentInvalid(Refusal):
    """A composition's document, or a cancellation's, is not what the contract asks for.

    Attributes:
        rule: What was broken, in a word: `required`, `type`, `format`, `inclusion`, …
        description: What is wanted at the path, as a sentence.
    """

    def __init__(
        self, path: str, rule: str, description: str, *, code: Code = Code.DOCUMENT_INVALID
    ) -> None:
        super().__init__(code, f"{path}: {description}", path=path)
        self.rule = rule
        self.description = description


class Missing(Refusal):
    """Something that is named by an id is not there, for this tenant."""

    def __init__(self, what: str, identifier: str, path: str | None = None) -> None:
        super().__init__(Code.NOT_FOUND, f"There is no {what} {identifier}.", path=path)
