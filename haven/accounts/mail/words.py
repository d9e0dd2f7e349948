"""What the letters say.

In      the kind of a letter
Out     subject and text, in the language that is active; facts are filled in by sending.py
Why     plain text, in our own words: what happened, what to do, what happens otherwise
Not     here: anything of a case; a letter travels outside

A subject holds no fact, so that nothing typed by a stranger reaches a header.
"""

from typing import NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Words(NamedTuple):
    """Subject and text of a letter."""

    subject: str | Promise
    body: str | Promise


FOOT = _(
    "This letter was written by Haven. Nobody will ever ask you for a code or a password by "
    "e-mail or telephone. If this letter surprises you, do nothing and tell your administrator."
)

LETTERS: dict[str, Words] = {
    "invitation": Words(
        _("Your invitation to Haven"),
        _(
            "Hello %(name)s,\n\n"
            "%(inviter)s invites you to Haven, for %(agency)s.\n\n"
            "Open this link to read the terms and to set up how you sign in. It works until "
            "you have done so, at the latest until %(until)s:\n\n%(link)s"
        ),
    ),
    "invitation_revoked": Words(
        _("Your invitation to Haven was taken back"),
        _(
            "Hello %(name)s,\n\n"
            "The invitation for %(agency)s was taken back. Its link no longer works. If that "
            "surprises you, ask a colleague there."
        ),
    ),
    "welcome": Words(
        _("You are a member of Haven"),
        _(
            "Hello %(name)s,\n\n"
            "You have accepted the terms and are now a member, for %(agency)s. If you have "
            "not finished setting up your sign-in, open the link of the letter before this "
            "one again; once it is too old, ask your administrator for a new way in.\n\n"
            "%(address)s"
        ),
    ),
    "address": Words(
        _("Please confirm your address"),
        _(
            "Hello,\n\n"
            "Somebody, we hope it was you, asks to join Haven with this address. Open this "
            "link to confirm it. It works once, until %(until)s:\n\n%(link)s\n\n"
            "If it was not you, do nothing. Without the link the application ends by itself."
        ),
    ),
    "have_account": Words(
        _("You have an account already"),
        _(
            "Hello %(name)s,\n\n"
            "Somebody, perhaps you, asked to join Haven with your address. You are a member "
            "already, so nothing was changed. If you cannot sign in, ask your administrator."
        ),
    ),
    "in_progress": Words(
        _("Your application is being looked at"),
        _(
            "Hello,\n\n"
            "Somebody, perhaps you, asked again to join Haven with this address. The first "
            "application is still being looked at, so nothing was changed."
        ),
    ),
    "sponsor": Words(
        _("A colleague asks to join Haven"),
        _(
            "Hello %(name)s,\n\n"
            "%(applicant)s, with an address of %(agency)s, asks to join Haven. Please say "
            "whether this person works with you and needs access for their duty. You find "
            "the application here:\n\n%(address)s/applications/"
        ),
    ),
    "second": Words(
        _("An application waits for a second person"),
        _(
            "Hello %(name)s,\n\n"
            "%(applicant)s, of %(agency)s, asks to join Haven and was vouched for there. A "
            "second person has to agree. You find the application here:\n\n"
            "%(address)s/applications/"
        ),
    ),
    "approved": Words(
        _("Your application was approved"),
        _(
            "Hello %(name)s,\n\n"
            "Two people have agreed that you join Haven, for %(agency)s. Open this link to "
            "read the terms and to set up how you sign in. It works until you have done so, "
            "at the latest until %(until)s:\n\n%(link)s"
        ),
    ),
    "refused": Words(
        _("About your application"),
        _(
            "Hello %(name)s,\n\n"
            "Thank you for your interest. Your application to join Haven for %(agency)s was "
            "not approved. The reason given is:\n\n%(reason)s\n\n"
            "This says nothing about you as a person or about your work. If something has "
            "changed or was misunderstood, you may apply again, or speak with your supervisor."
        ),
    ),
    "expired": Words(
        _("Your application has ended"),
        _(
            "Hello %(name)s,\n\n"
            "Your application to join Haven was not answered in time and has ended. That is "
            "nobody's judgement. You may apply again; a word with your supervisor beforehand "
            "helps:\n\n%(address)s/join/"
        ),
    ),
    "roles": Words(
        _("Your roles in Haven have changed"),
        _(
            "Hello %(name)s,\n\n"
            "An administrator has changed your roles. What you may do now stands on your own "
            "page:\n\n%(address)s/account/profile/"
        ),
    ),
    "suspended": Words(
        _("Your access to Haven is paused"),
        _(
            "Hello %(name)s,\n\n"
            "Your access to Haven has been paused and your sessions have ended. Your work is "
            "kept. An administrator of %(agency)s can tell you more."
        ),
    ),
    "reactivated": Words(
        _("Your access to Haven is open again"),
        _("Hello %(name)s,\n\nYour access to Haven is open again.\n\n%(address)s"),
    ),
    "left": Words(
        _("Your access to Haven has ended"),
        _(
            "Hello %(name)s,\n\n"
            "You are noted as having left %(agency)s, so your access to Haven has ended. "
            "Thank you for what you have done for children. If this is a mistake, speak with "
            "an administrator there."
        ),
    ),
    "still": Words(
        _("Please confirm that you still work with Haven"),
        _(
            "Hello %(name)s,\n\n"
            "Once a year we ask everyone. Your access runs until %(until)s. Open this link to "
            "confirm your address; an administrator of %(agency)s confirms your duty. If "
            "either is missing on that day, access is paused until it is there. The link "
            "works once:\n\n%(link)s"
        ),
    ),
    "still_paused": Words(
        _("Your access to Haven is paused until you confirm"),
        _(
            "Hello %(name)s,\n\n"
            "The yearly confirmation is missing, so your access is paused. Your work is kept. "
            "Open this link to confirm your address; an administrator of %(agency)s confirms "
            "your duty. Then your access opens again by itself. The link works once:\n\n"
            "%(link)s"
        ),
    ),
    "please_confirm": Words(
        _("Colleagues wait for your confirmation"),
        _(
            "Hello %(name)s,\n\n"
            "The yearly confirmation of one or more colleagues is due. Please say whether "
            "they still do the duty for which they have access:\n\n%(address)s/members/"
        ),
    ),
    "catalogue_week": Words(
        _("What changed in the catalogue of tools"),
        _(
            "Hello %(name)s,\n\n"
            "These entries of the catalogue concern you, and are new or say something else "
            "since the last letter:\n\n%(tools)s\n\n"
            "You read them here, signed in:\n\n%(address)s/hub/following/\n\n"
            "You asked for this letter. You end it on the same page."
        ),
    ),
    "hub_decided": Words(
        _("There is something to read for you in the Hub"),
        _(
            "Hello %(name)s,\n\n"
            "A curator has decided on something that you wrote in the Hub. You read it there, "
            "signed in:\n\n%(address)s%(page)s"
        ),
    ),
    "hub_answered": Words(
        _("A maker has answered you in the Hub"),
        _(
            "Hello %(name)s,\n\n"
            "The maker of a tool has answered something that you wrote in the Hub. You read it "
            "there, signed in:\n\n%(address)s%(page)s"
        ),
    ),
    "hub_question": Words(
        _("A question waits for you in the Hub"),
        _(
            "Hello %(name)s,\n\n"
            "A question about one of your tools waits for your answer. You read it in the Hub, "
            "signed in:\n\n%(address)s%(page)s"
        ),
    ),
    "retention_near": Words(
        _("The date of a case comes near"),
        _(
            "Hello %(name)s,\n\n"
            "A case that you answer for, or that your agency keeps, may be kept until "
            "%(until)s. Please decide before that day: set another date with a reason, or have "
            "the case erased. Which case it is stands in Haven:\n\n%(address)s"
        ),
    ),
    "retention_overdue": Words(
        _("The date of a case has passed"),
        _(
            "Hello %(name)s,\n\n"
            "A case that you answer for, or that your agency keeps, could be kept until "
            "%(until)s. Nobody has decided, so nothing can be added to it. Set another date "
            "with a reason, or have it erased. Which case it is stands in Haven:\n\n%(address)s"
        ),
    ),
}
