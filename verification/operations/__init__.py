"""Every change in this room: verbs, keyword-only arguments, the moment passed in. Who may do it is asked above."""

from verification.operations.delivering import deliver, issue_receipt
from verification.operations.expiring import expire_originals, forget_unfinished
from verification.operations.gathering import Said, gather, requirements_kept, session_of
from verification.operations.granting import CapturePass, authorise, grant
from verification.operations.handing_in import HandedIn, hand_in
from verification.operations.judging import keep_verdict
from verification.operations.sessions import Opening, open_session
from verification.operations.signing_keys import retire_key, revoke_key
from verification.operations.uploading import Progress, put_piece, upload_progress

__all__ = [
    "CapturePass",
    "HandedIn",
    "Opening",
    "Progress",
    "Said",
    "authorise",
    "deliver",
    "expire_originals",
    "forget_unfinished",
    "gather",
    "grant",
    "hand_in",
    "issue_receipt",
    "keep_verdict",
    "open_session",
    "put_piece",
    "requirements_kept",
    "retire_key",
    "revoke_key",
    "session_of",
    "upload_progress",
]
