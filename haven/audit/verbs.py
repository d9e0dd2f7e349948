"""Verbs: every act the record knows, with its sentence and what the law calls it.

In      a verb such as "case.open": the thing, a dot, what was done
Out     Verb: a sentence for readers, the kind of act, whether a reason must be given
Fails   UnknownVerb: the verb is not in the table: a bug, add it below
Why     a record with free verbs cannot be filtered, counted or translated
Not     here: writing an entry (actions.py)

Kinds are those of the Law Enforcement Directive 2016/680, article 25: collection,
alteration, consultation, disclosure, combination, erasure; and two of our own.
"""

from enum import StrEnum
from typing import NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Kind(StrEnum):
    """What the law calls an act; logs are kept and counted by it."""

    COLLECTION = "collection"
    ALTERATION = "alteration"
    CONSULTATION = "consultation"
    DISCLOSURE = "disclosure"
    COMBINATION = "combination"
    ERASURE = "erasure"
    ADMINISTRATION = "administration"  # ours: agencies, members, settings
    SIGN_IN = "sign-in"  # ours: who came and went


KIND_NAMES: dict[Kind, str | Promise] = {
    Kind.COLLECTION: _("collection"),
    Kind.ALTERATION: _("alteration"),
    Kind.CONSULTATION: _("consultation"),
    Kind.DISCLOSURE: _("disclosure"),
    Kind.COMBINATION: _("combination"),
    Kind.ERASURE: _("erasure"),
    Kind.ADMINISTRATION: _("administration"),
    Kind.SIGN_IN: _("sign-in"),
}


class Verb(NamedTuple):
    """One act the record knows."""

    sentence: str | Promise  # what was done, for a reader; who did it stands beside it
    kind: Kind
    needs_reason: bool = False  # R-LED-1: consultation of a file and disclosure


class UnknownVerb(LookupError):
    """The table has no such verb: a bug, add it with its sentence."""


VERBS: dict[str, Verb] = {
    # agencies and members
    "agency.add": Verb(_("An agency was added."), Kind.ADMINISTRATION),
    "agency.add_domain": Verb(_("A domain was verified as an agency's."), Kind.ADMINISTRATION),
    "agency.remove_domain": Verb(
        _("A domain is no longer taken as an agency's."), Kind.ADMINISTRATION
    ),
    "agency.set_contact": Verb(_("The contact of an agency was named."), Kind.ADMINISTRATION),
    "agency.set_status": Verb(
        _("Whether an agency takes part was changed."), Kind.ADMINISTRATION, needs_reason=True
    ),
    "member.add": Verb(_("A member was added."), Kind.ADMINISTRATION),
    "member.arrive": Verb(_("A new member set up the sign-in."), Kind.ADMINISTRATION),
    "member.accept_terms": Verb(_("A member accepted the terms."), Kind.ADMINISTRATION),
    "document.acknowledge": Verb(
        _("A member said that they have read a document of the library."), Kind.ADMINISTRATION
    ),
    "page.write": Verb(_("A page of the Hub was written or changed."), Kind.ADMINISTRATION),
    "page.publish": Verb(_("A page of the Hub was published."), Kind.ADMINISTRATION),
    "page.unpublish": Verb(_("A page of the Hub was taken back."), Kind.ADMINISTRATION),
    "page.move": Verb(_("A page of the Hub was moved."), Kind.ADMINISTRATION),
    "page.delete": Verb(_("A page of the Hub was deleted."), Kind.ADMINISTRATION),
    "translation.correct": Verb(
        _("A sentence of a translated page of the Hub was corrected."), Kind.ADMINISTRATION
    ),
    "translation.check": Verb(
        _("A translated page of the Hub was checked by a person."), Kind.ADMINISTRATION
    ),
    "member.change_roles": Verb(_("The roles of a member were changed."), Kind.ADMINISTRATION),
    "member.set_languages": Verb(
        _("A member said which languages they speak."), Kind.ADMINISTRATION
    ),
    "member.suspend": Verb(
        _("The access of a member was paused."), Kind.ADMINISTRATION, needs_reason=True
    ),
    "member.reactivate": Verb(
        _("The access of a member was opened again."), Kind.ADMINISTRATION, needs_reason=True
    ),
    "member.leave": Verb(
        _("A member was noted as having left."), Kind.ADMINISTRATION, needs_reason=True
    ),
    "member.remind": Verb(
        _("A member was reminded of the yearly confirmation."), Kind.ADMINISTRATION
    ),
    "member.confirm_address": Verb(
        _("A member confirmed the address for another year."), Kind.ADMINISTRATION
    ),
    "member.confirm_duty": Verb(
        _("The duty of a member was confirmed for another year."), Kind.ADMINISTRATION
    ),
    "member.renew": Verb(_("A member was verified for another year."), Kind.ADMINISTRATION),
    # how members come
    "invitation.make": Verb(_("Somebody was invited."), Kind.ADMINISTRATION),
    "invitation.renew": Verb(_("An invitation was sent again."), Kind.ADMINISTRATION),
    "invitation.revoke": Verb(_("An invitation was taken back."), Kind.ADMINISTRATION),
    "invitation.accept": Verb(_("An invitation was accepted."), Kind.ADMINISTRATION),
    "invitation.erase": Verb(_("The name in an old invitation was erased."), Kind.ERASURE),
    "application.make": Verb(_("Somebody applied to join."), Kind.ADMINISTRATION),
    "application.confirm": Verb(
        _("The address of an application was confirmed."), Kind.ADMINISTRATION
    ),
    "application.sponsor": Verb(_("A sponsor vouched for an applicant."), Kind.ADMINISTRATION),
    "application.approve": Verb(
        _("A second person agreed to an application."), Kind.ADMINISTRATION
    ),
    "application.look_again": Verb(
        _("An application goes to others: who agreed to it cannot any more."),
        Kind.ADMINISTRATION,
    ),
    "application.refuse": Verb(
        _("An application was not approved."), Kind.ADMINISTRATION, needs_reason=True
    ),
    "application.expire": Verb(_("An application ended without an answer."), Kind.ADMINISTRATION),
    "application.join": Verb(_("An applicant became a member."), Kind.ADMINISTRATION),
    "application.erase": Verb(_("Who it was in an old application was erased."), Kind.ERASURE),
    "member.set_password": Verb(_("A member chose a new password."), Kind.SIGN_IN),
    "member.sign_in": Verb(_("A member signed in."), Kind.SIGN_IN),
    "member.sign_in_refused": Verb(_("A sign-in was refused."), Kind.SIGN_IN),
    "member.sign_out": Verb(_("A member signed out."), Kind.SIGN_IN),
    "member.confirm": Verb(_("A member gave a second factor again."), Kind.SIGN_IN),
    "member.bind_agency": Verb(
        _("A member was bound to an account of the agency's own sign-in."), Kind.SIGN_IN
    ),
    "member.add_factor": Verb(_("A member set up a second factor."), Kind.SIGN_IN),
    "member.name_factor": Verb(_("A member gave a second factor another name."), Kind.SIGN_IN),
    "member.remove_factor": Verb(_("A member removed a second factor."), Kind.SIGN_IN),
    "member.ask_reset": Verb(
        _("A new way to sign in was asked for, for a member."), Kind.SIGN_IN, needs_reason=True
    ),
    "member.withdraw_reset": Verb(
        _("What was asked for, a new way to sign in, was withdrawn."), Kind.SIGN_IN
    ),
    "member.reset": Verb(
        _("A member's factors, password and sessions were ended, for a new way to sign in."),
        Kind.SIGN_IN,
        needs_reason=True,
    ),
    "member.end_sessions": Verb(_("Sessions of a member were ended."), Kind.SIGN_IN),
    "key.rotate": Verb(
        _("The keys of cases were wrapped by a new master key."), Kind.ADMINISTRATION
    ),
    # cases
    "case.open": Verb(_("A case was opened."), Kind.COLLECTION),
    "case.add_member": Verb(_("A member was added to a case."), Kind.ADMINISTRATION),
    "case.change_role": Verb(_("A member was given another role in a case."), Kind.ADMINISTRATION),
    "case.take_off": Verb(_("A member was taken off a case."), Kind.ADMINISTRATION),
    "case.name_responsible": Verb(
        _("The responsible officer of a case was named."), Kind.ADMINISTRATION
    ),
    "case.view": Verb(_("A case was looked into."), Kind.CONSULTATION),
    # the legal basis
    # programs that come into a case
    "token.make": Verb(_("A token for a program was made."), Kind.ADMINISTRATION),
    "token.use": Verb(_("A program came with a token."), Kind.CONSULTATION),
    "token.revoke": Verb(_("A token for a program was revoked."), Kind.ADMINISTRATION),
    "authority.enter": Verb(_("A legal basis of a case was entered."), Kind.COLLECTION),
    "authority.withdraw": Verb(
        _("A legal basis of a case was withdrawn."), Kind.ALTERATION, needs_reason=True
    ),
    "list.add_word": Verb(_("A word was added to a list of the agency."), Kind.ADMINISTRATION),
    "list.retire_word": Verb(
        _("A word of a list of the agency is not offered any more."), Kind.ADMINISTRATION
    ),
    "templates.erase": Verb(
        _("The face templates of a case were erased."), Kind.ERASURE, needs_reason=True
    ),
    "templates.rewrite": Verb(
        _("The tables that held erased face templates were written anew."), Kind.ERASURE
    ),
    "case.close": Verb(_("A case was closed."), Kind.ALTERATION),
    "case.reopen": Verb(_("A closed case was opened again."), Kind.ALTERATION),
    # how long a case is kept, and its end
    "retention.set": Verb(
        _("Another date was set until which a case is kept."), Kind.ALTERATION, needs_reason=True
    ),
    "retention.remind": Verb(_("The date of a case is near."), Kind.ADMINISTRATION),
    "retention.overdue": Verb(
        _("The date of a case has passed and nobody has decided."), Kind.ADMINISTRATION
    ),
    "erasure.ask": Verb(_("It was asked to erase a case."), Kind.ERASURE, needs_reason=True),
    "erasure.withdraw": Verb(_("A request to erase a case was withdrawn."), Kind.ERASURE),
    "erasure.confirm": Verb(_("A second person confirmed to erase a case."), Kind.ERASURE),
    "erasure.destroy_key": Verb(
        _("The key of a case was destroyed: no copy of its files can be opened."), Kind.ERASURE
    ),
    "erasure.finish": Verb(_("A case was erased."), Kind.ERASURE),
    "erasure.again": Verb(
        _("A case that was erased came back with a backup, and was erased again."), Kind.ERASURE
    ),
    "backup.restore": Verb(_("A backup was restored."), Kind.ADMINISTRATION),
    # evidence and analysis
    "exhibit.add": Verb(_("An exhibit was added to a case."), Kind.COLLECTION),
    "run.start": Verb(_("An analysis was started."), Kind.ALTERATION),
    "run.change_authority": Verb(
        _("An analysis went on under another legal basis."), Kind.ALTERATION
    ),
    "run.finish": Verb(_("An analysis ended."), Kind.ALTERATION),
    # review
    "items.view": Verb(_("The items of a case were listed."), Kind.CONSULTATION),
    "item.view": Verb(_("An item was looked at."), Kind.CONSULTATION),
    "item.background": Verb(
        _("The background of an item was looked at, with people filled."), Kind.CONSULTATION
    ),
    # seeing more than faces
    "reveal.open": Verb(_("It was asked to see more of an item than faces."), Kind.CONSULTATION),
    "reveal.part": Verb(_("A part of an item was shown."), Kind.CONSULTATION),
    "reveal.whole": Verb(_("The whole of an item was shown."), Kind.CONSULTATION),
    "reveal.end": Verb(_("What was shown of an item was hidden again."), Kind.CONSULTATION),
    "reveal.ask": Verb(
        _("A second person was asked for, to see the whole of an item."), Kind.CONSULTATION
    ),
    "reveal.agree": Verb(
        _("A second person agreed that the whole of an item is shown."), Kind.CONSULTATION
    ),
    "reveal.refuse": Verb(
        _("A second person did not agree that the whole of an item is shown."),
        Kind.CONSULTATION,
    ),
    # care for who looks
    "policy.set": Verb(_("An agency changed what it sets for looking."), Kind.ADMINISTRATION),
    "practice.finish": Verb(
        _("A member finished the practice on harmless pictures."), Kind.ADMINISTRATION
    ),
    "handed.take": Verb(
        _("A member took over what a colleague had asked not to see."), Kind.ALTERATION
    ),
    "outcome.write": Verb(_("It was written down what became of a case."), Kind.ALTERATION),
    "help.add": Verb(_("A place where members find help was added."), Kind.ADMINISTRATION),
    "help.remove": Verb(_("A place where members find help was removed."), Kind.ADMINISTRATION),
    "people.view": Verb(_("The people of a case were listed."), Kind.CONSULTATION),
    "group.view": Verb(_("A group of faces was looked at."), Kind.CONSULTATION),
    "group.merge": Verb(_("Groups of faces were merged."), Kind.COMBINATION),
    "group.name": Verb(_("A group of faces was given a name."), Kind.ALTERATION),
    "group.rename": Verb(_("A group of faces was given another name."), Kind.ALTERATION),
    "group.split": Verb(_("Faces were taken out of a group."), Kind.ALTERATION),
    "group.confirm": Verb(
        _("Faces were confirmed as those of a group's person."), Kind.ALTERATION
    ),
    "group.reject": Verb(_("Faces were said not to be a group's person."), Kind.ALTERATION),
    "group.move": Verb(_("Faces were moved from one group to another."), Kind.ALTERATION),
    "group.apart": Verb(_("Two were said not to be the same person."), Kind.ALTERATION),
    "group.undo": Verb(_("A change of groups was undone."), Kind.ALTERATION),
    # the catalogue of the Hub
    "catalogue.export": Verb(
        _("All entries of the catalogue were taken as a file."), Kind.CONSULTATION
    ),
    "proposal.make": Verb(_("A change of a catalogue entry was proposed."), Kind.COLLECTION),
    "proposal.withdraw": Verb(_("A proposed change was taken back."), Kind.ALTERATION),
    "proposal.accept": Verb(
        _("A proposed change of a catalogue entry was taken over."),
        Kind.ALTERATION,
        needs_reason=True,
    ),
    "proposal.refuse": Verb(
        _("A proposed change of a catalogue entry was not taken over."),
        Kind.ALTERATION,
        needs_reason=True,
    ),
    "fact.confirm": Verb(_("A fact from memory was confirmed by its source."), Kind.ALTERATION),
    "tool.restrict": Verb(
        _("It was changed which fields of a catalogue entry makers of tools see."),
        Kind.ALTERATION,
        needs_reason=True,
    ),
    "shortlist.export": Verb(_("A short list of tools was saved as a file."), Kind.ADMINISTRATION),
    "catalogue.set_letter": Verb(
        _("It was changed whether a member gets the weekly letter of the catalogue."),
        Kind.ADMINISTRATION,
    ),
    "feed.make": Verb(_("A private address of a feed was made."), Kind.ADMINISTRATION),
    "feed.end": Verb(_("A private address of a feed was ended."), Kind.ADMINISTRATION),
    "need.say": Verb(_("A need was put on the needs board."), Kind.COLLECTION),
    "need.withdraw": Verb(_("A need was taken back by who said it."), Kind.ALTERATION),
    "need.answer": Verb(
        _("A need on the needs board was answered, met or closed."),
        Kind.ALTERATION,
        needs_reason=True,
    ),
    # what members and makers say of tools
    "experience.write": Verb(_("A report of experience was written."), Kind.COLLECTION),
    "experience.withdraw": Verb(_("A report of experience was taken back."), Kind.ALTERATION),
    "experience.publish": Verb(_("A report of experience was published."), Kind.ALTERATION),
    "experience.refuse": Verb(
        _("A report of experience was not published."), Kind.ALTERATION, needs_reason=True
    ),
    "experience.object": Verb(
        _("The author of a report asked for a second curator."), Kind.ALTERATION
    ),
    "experience.uphold": Verb(
        _("A second curator agreed not to publish a report."), Kind.ALTERATION, needs_reason=True
    ),
    "experience.flag": Verb(_("A published report of experience was flagged."), Kind.COLLECTION),
    "experience.hide": Verb(
        _("A published report of experience was hidden."), Kind.ALTERATION, needs_reason=True
    ),
    "experience.leave": Verb(
        _("A flagged report of experience was left as it is."), Kind.ALTERATION
    ),
    "question.ask": Verb(_("A question to a maker was written."), Kind.COLLECTION),
    "question.withdraw": Verb(_("A question to a maker was taken back."), Kind.ALTERATION),
    "question.publish": Verb(_("A question was put to a maker."), Kind.ALTERATION),
    "question.refuse": Verb(
        _("A question was not put to a maker."), Kind.ALTERATION, needs_reason=True
    ),
    "saying.make": Verb(_("A maker answered a question or a report."), Kind.COLLECTION),
    "saying.hide": Verb(_("What a maker said was hidden."), Kind.ALTERATION, needs_reason=True),
    "saying.flag": Verb(_("What a maker said was flagged."), Kind.COLLECTION),
    "saying.leave": Verb(_("What a maker said was flagged and left as it is."), Kind.ALTERATION),
    "maker.tie": Verb(_("A provider was said to speak for a maker."), Kind.ADMINISTRATION),
    "maker.untie": Verb(_("A provider speaks for a maker no more."), Kind.ADMINISTRATION),
    "submission.make": Verb(_("A maker submitted a tool."), Kind.COLLECTION),
    "submission.withdraw": Verb(_("A submitted tool was taken back."), Kind.ALTERATION),
    "submission.object": Verb(
        _("A maker objected to the refusal of a submitted tool."), Kind.ALTERATION
    ),
    "submission.check": Verb(
        _("A submitted tool was checked by the rules of the catalogue."), Kind.ALTERATION
    ),
    "submission.publish": Verb(_("A submitted tool was taken in."), Kind.ALTERATION),
    "submission.refuse": Verb(
        _("A submitted tool was not taken in."), Kind.ALTERATION, needs_reason=True
    ),
    "submission.refuse_by_rule": Verb(
        _("A submitted tool was refused by a rule, as its maker described it."), Kind.ALTERATION
    ),
    "sources.check": Verb(
        _("The addresses of the catalogue's sources were asked whether they answer."),
        Kind.ADMINISTRATION,
    ),
    # notes, and a case from its other sides
    "notes.view": Verb(_("The notes of a case were read or searched."), Kind.CONSULTATION),
    "note.write": Verb(_("A note was written."), Kind.COLLECTION),
    "note.correct": Verb(_("A note was corrected; what it said before stays."), Kind.ALTERATION),
    "facets.view": Verb(
        _("A case was looked at by time, place, device, exhibit or connection."),
        Kind.CONSULTATION,
    ),
    "filter.save": Verb(_("A filter of items was kept under a name."), Kind.COLLECTION),
    "filter.share": Verb(
        _("It was changed whether everyone on a case sees a kept filter."), Kind.ALTERATION
    ),
    "filter.remove": Verb(_("A kept filter of items was removed."), Kind.ERASURE),
    # categories
    "scheme.make": Verb(_("A scheme of categories was made or changed."), Kind.ADMINISTRATION),
    "scheme.retire": Verb(
        _("A scheme of the agency is not offered any more."), Kind.ADMINISTRATION
    ),
    "scheme.set_default": Verb(
        _("The scheme with which cases of an agency begin was set."), Kind.ADMINISTRATION
    ),
    "scheme.choose": Verb(_("A scheme of categories was chosen for a case."), Kind.ALTERATION),
    "scheme.drop": Verb(
        _("A scheme of categories is not used any more in a case."), Kind.ALTERATION
    ),
    # lists of known files
    "known.bring": Verb(_("A list of known files was brought."), Kind.ADMINISTRATION),
    "known.confirm": Verb(
        _("The first rows of a list of known files were seen, and it is taken in."),
        Kind.ADMINISTRATION,
    ),
    "known.take_in": Verb(_("A list of known files is in use."), Kind.ADMINISTRATION),
    "known.fail": Verb(_("A list of known files could not be taken in."), Kind.ADMINISTRATION),
    "known.take_out": Verb(
        _("A list of known files was taken out and its key destroyed."),
        Kind.ERASURE,
        needs_reason=True,
    ),
    "known.say_meanings": Verb(
        _("It was said what the categories of a list of known files mean."), Kind.ADMINISTRATION
    ),
    "known.ask": Verb(_("A digest was looked up in the lists of known files."), Kind.CONSULTATION),
    "known.set_aside": Verb(
        _("An entry of a list was set aside: it looked like very many pictures."),
        Kind.ALTERATION,
    ),
    "known.put_back": Verb(
        _("An entry of a list that was set aside counts again."),
        Kind.ALTERATION,
        needs_reason=True,
    ),
    "category.view": Verb(_("The verdicts of a case were looked at."), Kind.CONSULTATION),
    "category.give": Verb(_("An item was given a category."), Kind.ALTERATION),
    "category.batch": Verb(_("Many items were given a category."), Kind.ALTERATION),
    "category.undo": Verb(_("A verdict was taken back."), Kind.ALTERATION),
    "category.undo_batch": Verb(_("A batch of verdicts was undone."), Kind.ALTERATION),
    "person.view": Verb(_("A person was looked at."), Kind.CONSULTATION),
    "person.add_role": Verb(_("The role of a person was stated."), Kind.ALTERATION),
    "person.add_alias": Verb(_("Another name of a person was stated."), Kind.ALTERATION),
    "person.add_note": Verb(_("A note about a person was written."), Kind.ALTERATION),
    "person.add_age": Verb(_("The age of a person was stated."), Kind.ALTERATION),
    "person.add_sibling": Verb(
        _("Two persons were stated to be brothers or sisters."), Kind.ALTERATION
    ),
    "person.withdraw": Verb(_("A statement about a person was taken back."), Kind.ALTERATION),
    # working through a case together
    "queue.urgent": Verb(
        _("An exhibit was marked as urgent, so that its items come first."),
        Kind.ALTERATION,
        needs_reason=True,
    ),
    "queue.end_urgent": Verb(_("An exhibit is not urgent any more."), Kind.ALTERATION),
    "queue.stop": Verb(
        _("It was decided to stop looking through a case or an exhibit."),
        Kind.ALTERATION,
        needs_reason=True,
    ),
    "queue.go_on": Verb(
        _("It was decided to go on looking through a case or an exhibit."),
        Kind.ALTERATION,
        needs_reason=True,
    ),
    "queue.sample": Verb(_("Verdicts were drawn at random for a second look."), Kind.CONSULTATION),
    "queue.second_look": Verb(
        _("An item was judged a second time, without knowing the first verdict."),
        Kind.ALTERATION,
    ),
    "queue.settle": Verb(_("Two different judgements of one item were settled."), Kind.ALTERATION),
    # searching for a face
    "face.search": Verb(_("Cases were searched for a face."), Kind.COMBINATION, needs_reason=True),
    "search.view": Verb(_("A search for a face was looked at."), Kind.CONSULTATION),
    "search.close": Verb(_("A search for a face was closed."), Kind.ERASURE),
    "search.stop": Verb(
        _("A search for a face was ended before every candidate was decided."),
        Kind.ERASURE,
        needs_reason=True,
    ),
    "search.widen": Verb(_("More candidates of a search were called up."), Kind.CONSULTATION),
    "search.authorise": Verb(
        _("An urgent search for a face was put under a legal basis."), Kind.ALTERATION
    ),
    "search.lock": Verb(
        _("An urgent search for a face was locked: no legal basis came in time."),
        Kind.ALTERATION,
    ),
    "search.refuse": Verb(
        _("A search for a face was refused authorisation and what it left was erased."),
        Kind.ERASURE,
        needs_reason=True,
    ),
    "comparison.view": Verb(
        _("A candidate was looked at beside the face searched for."), Kind.CONSULTATION
    ),
    "comparison.look": Verb(
        _("The distance of a candidate was shown, after a first look."), Kind.CONSULTATION
    ),
    "comparison.conclude": Verb(
        _("A candidate was compared feature by feature, and a conclusion kept."), Kind.ALTERATION
    ),
    # leads
    "lead.make": Verb(_("A lead was made."), Kind.COLLECTION),
    "lead.take_up": Verb(_("What the program offered was taken up as a lead."), Kind.COLLECTION),
    "lead.view": Verb(_("A lead was looked at."), Kind.CONSULTATION),
    "lead.change": Verb(_("A lead was taken a step further."), Kind.ALTERATION, needs_reason=True),
    # decisions
    "decision.make": Verb(_("Something was decided."), Kind.ALTERATION, needs_reason=True),
    "decision.view": Verb(_("A decision was looked at."), Kind.CONSULTATION),
    "decision.confirm": Verb(
        _("A second person confirmed a decision."), Kind.ALTERATION, needs_reason=True
    ),
    "decision.refuse": Verb(
        _("A second person did not confirm a decision."), Kind.ALTERATION, needs_reason=True
    ),
    "decision.set_rule": Verb(
        _("It was set whether an identification takes two people."),
        Kind.ADMINISTRATION,
        needs_reason=True,
    ),
    # pictures of objects, to be published
    "crop.draw": Verb(_("An object was drawn on an item, to be cut out."), Kind.ALTERATION),
    "crop.cut": Verb(_("An object was cut out of an item, or could not be."), Kind.ALTERATION),
    "crop.view": Verb(_("The page of a picture of an object was opened."), Kind.CONSULTATION),
    "crop.look": Verb(_("A picture of an object was shown."), Kind.CONSULTATION),
    "crop.propose": Verb(
        _("A picture of an object was proposed for release."), Kind.ALTERATION, needs_reason=True
    ),
    "crop.release": Verb(
        _("A second person released a picture of an object."), Kind.DISCLOSURE, needs_reason=True
    ),
    "crop.refuse": Verb(
        _("A second person did not release a picture of an object."),
        Kind.ALTERATION,
        needs_reason=True,
    ),
    "crop.withdraw": Verb(
        _("A picture of an object was withdrawn."), Kind.ERASURE, needs_reason=True
    ),
    "crop.export": Verb(
        _("A picture of an object was downloaded, to be published."),
        Kind.DISCLOSURE,
        needs_reason=True,
    ),
    # reports
    "report.make": Verb(_("A report of a case was made."), Kind.COLLECTION),
    "report.view": Verb(_("A report of a case was read."), Kind.CONSULTATION),
    "report.export": Verb(
        _("A report of a case was saved as a file, to be given out."),
        Kind.DISCLOSURE,
        needs_reason=True,
    ),
    "report.compare": Verb(
        _("A report was made again from its manifest, and compared."), Kind.CONSULTATION
    ),
    # handing a case over to another agency, and receiving one
    "package.make_identity": Verb(
        _("The keys of an agency for handing over were made."), Kind.ADMINISTRATION
    ),
    "package.check_partner": Verb(
        _("The keys of another agency were compared and taken in."), Kind.ADMINISTRATION
    ),
    "package.end_partner": Verb(
        _("Nothing is handed over to another agency, or taken from it, any more."),
        Kind.ADMINISTRATION,
        needs_reason=True,
    ),
    "package.ask": Verb(
        _("It was asked to hand a case over."), Kind.DISCLOSURE, needs_reason=True
    ),
    "package.confirm": Verb(_("A second person agreed to hand a case over."), Kind.DISCLOSURE),
    "package.withdraw": Verb(_("A request to hand a case over was withdrawn."), Kind.DISCLOSURE),
    "package.make": Verb(_("A package of a case was made."), Kind.DISCLOSURE, needs_reason=True),
    "package.fail": Verb(_("A package of a case could not be made."), Kind.DISCLOSURE),
    "package.fetch": Verb(
        _("A package of a case was taken out."), Kind.DISCLOSURE, needs_reason=True
    ),
    "package.erase": Verb(_("The file of a package was erased."), Kind.ERASURE),
    "package.receive": Verb(_("A case was received in a package."), Kind.COLLECTION),
    "package.unpack": Verb(_("A received package was unpacked."), Kind.COLLECTION),
    "package.view": Verb(_("What was received was looked at."), Kind.CONSULTATION),
    "probe.bring": Verb(_("A picture was brought to search with."), Kind.COLLECTION),
    "probe.erase": Verb(_("A picture brought to search with was erased."), Kind.ERASURE),
    # learning
    "certificate.give": Verb(_("A certificate of a course was given."), Kind.ADMINISTRATION),
    # the installation
    "worker.start": Verb(_("A worker started."), Kind.ADMINISTRATION),
    "sandbox.waive": Verb(
        _("A worker started although decoders may not be shut in."),
        Kind.ADMINISTRATION,
        needs_reason=True,
    ),
    # the record itself
    "record.read": Verb(_("The record was read."), Kind.CONSULTATION),
    "record.export": Verb(_("The record was exported."), Kind.DISCLOSURE, needs_reason=True),
    "record.take_checkpoint": Verb(_("A checkpoint was saved to a file."), Kind.DISCLOSURE),
    "record.verify": Verb(_("The record was verified."), Kind.CONSULTATION),
    "record.ask_stamp": Verb(
        _("A timestamp was asked for over a checkpoint."), Kind.ADMINISTRATION
    ),
    "record.stamp": Verb(_("A timestamp was kept with a checkpoint."), Kind.ADMINISTRATION),
    "record.erase_personal": Verb(
        _("Names and words beside entries of the record were erased."),
        Kind.ERASURE,
        needs_reason=True,
    ),
    # the Hub: assessments of an agency
    "assessment.begin": Verb(_("An assessment was begun."), Kind.ADMINISTRATION),
    "assessment.make_anew": Verb(
        _("An assessment was begun that follows an earlier one."),
        Kind.ADMINISTRATION,
        needs_reason=True,
    ),
    "assessment.take_role": Verb(_("A member took a role in an assessment."), Kind.ADMINISTRATION),
    "assessment.answer": Verb(_("A question of an assessment was answered."), Kind.ADMINISTRATION),
    "assessment.dissent": Verb(_("Dissent was noted in an assessment."), Kind.ADMINISTRATION),
    "assessment.reply": Verb(
        _("A reply to dissent was noted in an assessment."), Kind.ADMINISTRATION
    ),
    "assessment.propose": Verb(
        _("It was proposed to close an assessment."), Kind.ADMINISTRATION, needs_reason=True
    ),
    "assessment.close": Verb(_("A second person closed an assessment."), Kind.ADMINISTRATION),
    "assessment.refuse_close": Verb(
        _("A close of an assessment was refused or taken back."),
        Kind.ADMINISTRATION,
        needs_reason=True,
    ),
    "assessment.view": Verb(_("An assessment was opened."), Kind.ADMINISTRATION),
    "assessment.export": Verb(_("An assessment was saved as a file."), Kind.ADMINISTRATION),
    # the Hub: colleagues. What was written is nowhere in the record.
    "directory.join": Verb(_("A member let colleagues find them."), Kind.DISCLOSURE),
    "directory.change": Verb(_("A member changed how colleagues find them."), Kind.ALTERATION),
    "directory.leave": Verb(_("A member is not in the directory any more."), Kind.ERASURE),
    "contact.ask": Verb(_("A colleague was asked for contact."), Kind.ADMINISTRATION),
    "contact.accept": Verb(_("A contact was made: a request was accepted."), Kind.ADMINISTRATION),
    "contact.decline": Verb(_("A request for contact was not accepted."), Kind.ADMINISTRATION),
    "contact.withdraw": Verb(_("A request for contact was taken back."), Kind.ADMINISTRATION),
    "contact.end": Verb(_("A contact was ended."), Kind.ADMINISTRATION),
    "contact.block": Verb(_("A member blocked a colleague."), Kind.ADMINISTRATION),
    "contact.remove": Verb(
        _("A member removed a conversation for themselves."), Kind.ADMINISTRATION
    ),
    "message.erase_old": Verb(
        _("Messages between colleagues that were too old were erased."), Kind.ERASURE
    ),
    "contact.unblock": Verb(_("A member took a block back."), Kind.ADMINISTRATION),
    "community.accept_rules": Verb(_("The house rules were accepted."), Kind.ADMINISTRATION),
    "community.join": Verb(_("A member joined a group."), Kind.ADMINISTRATION),
    "community.leave": Verb(_("A member left a group."), Kind.ADMINISTRATION),
    "community.report": Verb(
        _("A post or messages were reported to moderators."), Kind.DISCLOSURE
    ),
    "community.close_report": Verb(
        _("A moderator closed a report."), Kind.ADMINISTRATION, needs_reason=True
    ),
    "post.write": Verb(_("A post was written in a group."), Kind.ADMINISTRATION),
    "post.hide": Verb(_("A moderator hid a post."), Kind.ALTERATION, needs_reason=True),
    "post.object": Verb(_("An author objected to the hiding of a post."), Kind.ADMINISTRATION),
    "post.keep_hidden": Verb(
        _("Another moderator decided that a post stays hidden."),
        Kind.ADMINISTRATION,
        needs_reason=True,
    ),
    "post.show_again": Verb(
        _("Another moderator decided that a hidden post is shown again."),
        Kind.ALTERATION,
        needs_reason=True,
    ),
    "announcement.make": Verb(_("An announcement was made."), Kind.ADMINISTRATION),
    "announcement.withdraw": Verb(_("An announcement was taken back."), Kind.ADMINISTRATION),
    "event.add": Verb(_("An event was added."), Kind.ADMINISTRATION),
    "event.change": Verb(_("An event was changed."), Kind.ADMINISTRATION),
    "event.cancel": Verb(_("An event was cancelled."), Kind.ADMINISTRATION, needs_reason=True),
    "calendar.make": Verb(_("A private address of a calendar was made."), Kind.ADMINISTRATION),
    "calendar.end": Verb(_("A private address of a calendar was ended."), Kind.ADMINISTRATION),
    # the Hub at other places: signed bundles of what it has published
    "bundle.make": Verb(_("A signed bundle of the Hub was made."), Kind.DISCLOSURE),
    "bundle.take_in": Verb(_("A bundle of another hub was taken in."), Kind.COLLECTION),
    "bundle.refuse": Verb(_("A bundle of another hub was refused."), Kind.COLLECTION),
    "hub.trust": Verb(_("The key of another hub was confirmed."), Kind.ADMINISTRATION),
    "hub.unfollow": Verb(
        _("Another hub is no longer followed; what came from it was removed."),
        Kind.ADMINISTRATION,
    ),
}

# What the program does for all agencies together. Without an agency, a case and an actor such an
# entry belongs to the installation: it tells of no case and of no member.
OF_THE_INSTALLATION = frozenset(
    {
        "backup.restore",
        "bundle.make",
        "bundle.refuse",
        "bundle.take_in",
        "hub.trust",
        "hub.unfollow",
        "key.rotate",
        "member.sign_in_refused",  # with a name that nobody has
        "record.verify",
        "sandbox.waive",
        "worker.start",
    }
)


def get(verb: str) -> Verb:
    """Return what the table says about a verb.

    Raises:
        UnknownVerb: The table does not have it.
    """
    try:
        return VERBS[verb]
    except KeyError:
        raise UnknownVerb(f"the record knows no verb {verb!r}; add it to audit/verbs.py") from None


def sentence(verb: str) -> str:
    """Return the sentence of a verb; the verb itself for one of an earlier version."""
    known = VERBS.get(verb)
    return str(known.sentence) if known else verb
