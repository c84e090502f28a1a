"""What the capture's scripts say, in the reader's language. They find these texts in the page, by name."""

from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

TEXTS: Final[dict[str, Promise]] = {
    # Why the button is not ready yet, or what is worth knowing before it is pressed.
    "why.ready": _("Take the picture"),
    "why.ready_next": _("Take picture %(number)s of %(all)s"),
    "why.camera": _("The camera is starting"),
    "why.no_fix": _("Finding where you are"),
    "why.no_place": _("Location is off"),
    "why.accuracy": _("Location only good to %(accuracy)s"),
    "why.far": _("Too far by %(metres)s"),
    "why.fixes": _("Making sure where you are: %(had)s of %(wanted)s"),
    "why.early": _("Opens %(when)s"),
    "why.over": _("Your claim has ended"),
    "why.checking": _("Checking where you are"),
    "advice.closer": _("Go %(metres)s closer to be on the safe side: your location is only good to %(accuracy)s."),
    "advice.second_view": _("Now walk a few steps aside and take the same thing again from there."),
    "advice.inside": _("You are at the right place."),
    # What is shown of the place
    "place.distance": _("%(metres)s away"),
    "place.accuracy": _("good to %(accuracy)s"),
    "place.unknown": _("not known yet"),
    "place.lost": _("You have moved: too far by %(metres)s. The picture was not kept. Go closer and take it again."),
    "place.stale": _("Your phone did not say where you are. The picture was not kept. Take it again."),
    # The session
    "session.opening": _("Getting your code"),
    "session.offline": _("No contact. You can capture all the same; a person will look at it later."),
    "session.none_left": _(
        "This claim has no tries left on this phone. Open this page with a network to get new ones."
    ),
    # A picture just taken
    "look.good": _("Sharp and light enough."),
    "look.dark": _("This picture is too dark. Take it again with more light."),
    "look.empty": _("This picture shows almost nothing. Is something covering the lens?"),
    "look.blurred": _("This picture is blurred. Hold still, and take it again."),
    "look.file": _("Chosen from your files, not taken here: a person will look at it."),
    "look.keep": _("Keep it"),
    "look.keep_anyway": _("Keep it anyway"),
    "look.photo": _("Picture %(number)s"),
    # Answers
    "answer.missing": _("Please answer this one."),
    "answer.number": _("A number, with digits only."),
    "answer.yes": _("Yes"),
    "answer.no": _("No"),
    # Blocked
    "blocked.not_there": _("It is not there"),
    "blocked.no_access": _("I cannot get in"),
    "blocked.pays": _("It is an answer too, checked like any other, and pays %(amount)s. Show it in a picture."),
    "blocked.show_not_there": _("Show the place where it should be, so that anybody can see that it is not there."),
    "blocked.show_no_access": _("Show what keeps you out: the closed door, the sign, the fence."),
    # Trouble with camera and location
    "camera.refused": _("The camera was refused. Allow it for this site in your browser, then try again."),
    "camera.missing": _("No camera was found."),
    "camera.busy": _("The camera is in use by something else. Close that, then try again."),
    "location.refused": _("Location was refused. Allow it for this site in your browser, then try again."),
    "location.unavailable": _("Your phone cannot tell where it is. Go under open sky, or turn location on."),
    # States of a capture
    "state.draft": _("Not handed in yet"),
    "state.saved": _("Saved on this phone"),
    "state.sending": _("Sending: %(percent)s"),
    "state.received": _("Received"),
    "state.refused": _("Refused"),
    "state.late": _("Received too late to be paid. You can appeal."),
    "state.slot_filled": _("Received, but somebody else had been faster. You can appeal."),
    "state.next": _("Next try %(when)s"),
    "state.waiting": _("Waiting for a network. It is sent by itself, also when this page is closed."),
    "state.sent": _("It is being checked now. You will be told."),
    "state.nothing": _("Nothing waits on this phone."),
    "state.pending": _("%(number)s waiting"),
    "state.full_photo": _(
        "Your phone's storage is full, so this picture could not be saved. Do not close this page. Free some space, "
        "then save again."
    ),
    "state.full": _(
        "Your phone's storage is full, so this could not be saved. Do not close this page. Send it now, or free some "
        "space and save again."
    ),
    "state.unkept": _("Your browser could not save this. Do not close this page. Send it now, or try to save again."),
    "state.unsent": _("There is no contact at the moment. Do not close this page, and try again."),
    # Why the server refused
    "refused.already_submitted": _("Something else was handed in for this claim already."),
    "refused.upload_token_invalid": _("The server no longer knows this claim."),
    "refused.claim_over": _("Your claim had ended."),
    "refused.uploads_over": _("The time for sending this was over."),
    "refused.unknown_picture_format": _("The picture's format is not taken."),
    "refused.file_too_large": _("The picture's file is too large."),
    "refused.broken_picture": _("The picture's file is damaged."),
    "refused.animated_picture": _("The picture moves, and one that stands still was asked for."),
    "refused.too_few_pixels": _("The picture is too small to show anything."),
    "refused.too_many_pixels": _("The picture is too large."),
    "refused.nonce_refused": _("This try was used before. Capture again."),
    "refused.invalid_capture": _("What was sent is not what this phone signed."),
    # Times
    "time.left": _("%(time)s left"),
}
