"""Access: the one table of what each role may do, and what each address asks for.

In      a member, an act, or the name of an address
Out     yes or no
Fails   NotAllowed; an address that no table names is closed to everyone
Why     one place to read, to change and to test: every address is in it (tests/site)
Not     here: which case a member works on (workbench/cases), fresh second factors

A role says what a person does in the agency. Seeing a case takes a place on that case as
well: a role alone opens none.
"""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from haven.web.errors import NotAllowed

if TYPE_CHECKING:
    from haven.accounts.models import Member


class Role(models.TextChoices):
    """What a member does in the agency; one member may have several."""

    INVESTIGATOR = "investigator", _("investigator")
    ANALYST = "analyst", _("victim identification analyst")
    SUPERVISOR = "supervisor", _("supervisor")
    WELLBEING = "wellbeing", _("wellbeing lead")
    ADMINISTRATOR = "administrator", _("agency administrator")
    AUDITOR = "auditor", _("auditor")
    CURATOR = "curator", _("hub curator")
    PROVIDER = "provider", _("tool provider")


CASEWORKERS = frozenset({Role.INVESTIGATOR, Role.ANALYST, Role.SUPERVISOR})

# What a role allows, in words for the member who has it.
IN_WORDS: dict[Role, str | Promise] = {
    Role.INVESTIGATOR: _("Open cases, and work on those you are on."),
    Role.ANALYST: _("Work on the cases you are on: groups, people, searches."),
    Role.SUPERVISOR: _("Open cases, work on those you are on, and vouch for applicants."),
    Role.WELLBEING: _("Look after colleagues: how much they see, never what they see."),
    Role.ADMINISTRATOR: _("Look after the members of your agency. No case opens by this role."),
    Role.AUDITOR: _("Read the record of what was done. No picture opens by this role."),
    Role.CURATOR: _("Look after agencies and providers, and agree to applications."),
    Role.PROVIDER: _("Describe your tools to agencies. Nothing of a case opens, ever."),
}

# Who may give and take which roles. A curator appoints the first administrator of an
# agency and whoever speaks for a provider; nobody but a curator makes a curator.
GRANTS: dict[Role, frozenset[Role]] = {
    Role.ADMINISTRATOR: CASEWORKERS | {Role.WELLBEING, Role.ADMINISTRATOR, Role.AUDITOR},
    Role.CURATOR: frozenset({Role.ADMINISTRATOR, Role.CURATOR, Role.PROVIDER}),
}

# What each act takes: one of these roles.
MAY: dict[str, frozenset[Role]] = {
    "case.work": CASEWORKERS,  # be on a case at all; the place on the case says what there
    "case.open": frozenset({Role.INVESTIGATOR, Role.SUPERVISOR}),
    "members.manage": frozenset({Role.ADMINISTRATOR, Role.CURATOR}),  # whom: members/queries.py
    "resets.ask": frozenset({Role.ADMINISTRATOR}),  # of a colleague's way to sign in
    "resets.confirm": frozenset({Role.ADMINISTRATOR, Role.SUPERVISOR}),  # by another than asked
    "agencies.manage": frozenset({Role.CURATOR}),
    "catalogue.curate": frozenset({Role.CURATOR}),  # decide on what others propose
    # Say what one lacks, and second it: not who makes tools, and so would ask for the own.
    "needs.say": CASEWORKERS | {Role.WELLBEING, Role.ADMINISTRATOR, Role.AUDITOR, Role.CURATOR},
    # See who asks to join; which of them, and at which step, says joining/queries.py.
    "applications.decide": CASEWORKERS | {Role.WELLBEING, Role.ADMINISTRATOR, Role.CURATOR},
    # Numbers alone: how often faces were searched for, on which kind of authority (R-AI-6).
    "statistics.read": frozenset({Role.ADMINISTRATOR, Role.AUDITOR}),
    "record.read": frozenset({Role.SUPERVISOR, Role.AUDITOR}),  # which entries: audit/queries.py
    "record.export": frozenset({Role.SUPERVISOR, Role.AUDITOR}),
    "tokens.watch": frozenset({Role.ADMINISTRATOR}),  # of programs; not what they are for
    "lists.keep": frozenset({Role.ADMINISTRATOR}),  # words an agency adds to Haven's lists
    "known.keep": frozenset({Role.ADMINISTRATOR}),  # lists of known files of the agency
    # Whether an identification takes two people; off only on a legal basis (R-AI-3).
    "two_people.set": frozenset({Role.ADMINISTRATOR}),
    "partners.keep": frozenset({Role.ADMINISTRATOR}),  # keys for handing cases over
    "installation.see": frozenset({Role.ADMINISTRATOR, Role.AUDITOR}),
    "care.group": frozenset({Role.WELLBEING}),  # sums of five people or more, never of one
    "care.set": frozenset({Role.ADMINISTRATOR, Role.WELLBEING}),  # what the agency asks for
    # Dates of all cases of the agency, orders to erase, and what is left of erased ones.
    "retention.watch": frozenset({Role.SUPERVISOR, Role.ADMINISTRATOR, Role.AUDITOR}),
    "erasure.view": CASEWORKERS | {Role.ADMINISTRATOR, Role.AUDITOR},
    "erasure.decide": frozenset({Role.SUPERVISOR}),  # two people, one of them a supervisor
    "pages.edit": frozenset({Role.CURATOR}),  # texts of the Hub, at the editors' desk
    # Say what was met with a tool, and ask its maker; a maker answers and does neither.
    "experience.write": CASEWORKERS | {Role.WELLBEING, Role.ADMINISTRATOR, Role.CURATOR},
    "portal.provide": frozenset({Role.PROVIDER}),  # submit a tool, answer for its maker
    # Take part in assessments of the own agency; providers never, their tools are what is asked.
    "assessment.work": CASEWORKERS | {Role.WELLBEING, Role.ADMINISTRATOR},
    # Find colleagues and be found. Makers never; of which agencies: community/queries.py.
    "colleagues.meet": frozenset(Role) - {Role.PROVIDER},
    "community.moderate": frozenset({Role.CURATOR}),  # hide posts, close reports
    "community.announce": frozenset({Role.CURATOR}),  # announcements and events
}

# What each address takes. OPEN: nothing. SIGNED_IN: to be signed in with a second factor.
# ENROLMENT: to be signed in, also while the second factor is still to be set up.
# Else: an act of MAY.
OPEN, SIGNED_IN, ENROLMENT = "open", "signed in", "enrolment"
PAGES: dict[str, str] = {
    "home": SIGNED_IN,
    "hub:home": SIGNED_IN,
    "catalogue:list": SIGNED_IN,
    "catalogue:tool": SIGNED_IN,
    "catalogue:compare": SIGNED_IN,
    "catalogue:gaps": SIGNED_IN,
    "catalogue:rules": SIGNED_IN,
    "catalogue:words": SIGNED_IN,
    "catalogue:propose": SIGNED_IN,
    "catalogue:proposals": SIGNED_IN,  # the member's own; a curator's: all
    "catalogue:proposal": SIGNED_IN,
    "catalogue:withdraw": SIGNED_IN,
    "catalogue:decide": "catalogue.curate",
    "catalogue:confirm": "catalogue.curate",
    "catalogue:restrict": "catalogue.curate",
    "catalogue:changes": SIGNED_IN,
    "catalogue:bodies": SIGNED_IN,
    "finding:find": SIGNED_IN,
    "finding:shortlist": SIGNED_IN,
    "finding:add": SIGNED_IN,
    "finding:remove": SIGNED_IN,
    "finding:note": SIGNED_IN,
    "finding:table": SIGNED_IN,
    "finding:document": SIGNED_IN,
    "finding:following": SIGNED_IN,
    "finding:follow": SIGNED_IN,
    "finding:unfollow": SIGNED_IN,
    "finding:keep": SIGNED_IN,
    "finding:look": SIGNED_IN,
    "finding:forget": SIGNED_IN,
    "finding:letter": SIGNED_IN,
    "finding:make_feed": SIGNED_IN,
    "finding:end_feed": SIGNED_IN,
    "finding:needs": SIGNED_IN,
    "finding:need": SIGNED_IN,
    "finding:say": "needs.say",
    "finding:second": "needs.say",
    "finding:withdraw": SIGNED_IN,  # one's own
    "finding:answer": "catalogue.curate",
    "feed": OPEN,  # to whoever holds its private address: names of tools, not what is said
    "experience:of_tool": SIGNED_IN,
    "experience:write": "experience.write",
    "experience:ask": "experience.write",
    "experience:list": "experience.write",
    "experience:report": SIGNED_IN,  # published ones; the own; a curator's: all
    "experience:withdraw": "experience.write",
    "experience:object": "experience.write",
    "experience:decide": "catalogue.curate",
    "experience:decide_again": "catalogue.curate",
    "experience:reply": SIGNED_IN,  # of a maker, on the own tools; there for nobody else
    "experience:question": SIGNED_IN,
    "experience:withdraw_question": "experience.write",
    "experience:decide_question": "catalogue.curate",
    "experience:answer": SIGNED_IN,  # of a maker, to whom it was put; there for nobody else
    "experience:flag_report": SIGNED_IN,  # whoever reads it may ask for one more look
    "experience:flag_saying": SIGNED_IN,
    "experience:settle_report": "catalogue.curate",
    "experience:settle_saying": "catalogue.curate",
    "portal:home": SIGNED_IN,  # how a tool comes in; for a maker also the own records
    "portal:submit": SIGNED_IN,  # the questions are for all to read, a maker alone sends them
    "portal:submission": SIGNED_IN,  # the own provider's; a curator's: all
    "portal:withdraw": SIGNED_IN,  # of the own provider; there for nobody else
    "portal:object": SIGNED_IN,  # as taking it back
    "portal:check": "catalogue.curate",
    "portal:publish": "catalogue.curate",
    "curation:desk": "catalogue.curate",
    "curation:makers": "catalogue.curate",
    "curation:untie": "catalogue.curate",
    "exchange:list": SIGNED_IN,
    "exchange:other": SIGNED_IN,
    "exchange:record": SIGNED_IN,
    "guidance:steps": SIGNED_IN,
    "guidance:step": SIGNED_IN,
    "guidance:principles": SIGNED_IN,
    "guidance:principle": SIGNED_IN,
    "guidance:library": SIGNED_IN,
    "guidance:document": SIGNED_IN,
    "guidance:acknowledge": SIGNED_IN,
    "guidance:care": SIGNED_IN,
    "guidance:care_page": SIGNED_IN,
    "guidance:check_in": SIGNED_IN,
    "guidance:translations": "pages.edit",
    "guidance:translation": "pages.edit",
    "guidance:correct": "pages.edit",
    "guidance:check": "pages.edit",
    "learning:courses": SIGNED_IN,
    "learning:course": SIGNED_IN,
    "learning:lesson": SIGNED_IN,
    "learning:read": SIGNED_IN,
    "learning:depth": SIGNED_IN,
    "learning:quiz": SIGNED_IN,
    "learning:begin_again": SIGNED_IN,
    "learning:give": SIGNED_IN,
    "learning:certificates": SIGNED_IN,
    "learning:certificate": SIGNED_IN,
    "learning:glossary": SIGNED_IN,
    "assessment:list": "assessment.work",
    "assessment:begin": "assessment.work",
    "assessment:one": "assessment.work",
    "assessment:role": "assessment.work",
    "assessment:work": "assessment.work",
    "assessment:dissent": "assessment.work",
    "assessment:reply": "assessment.work",
    "assessment:result": "assessment.work",
    "assessment:propose": "assessment.work",
    "assessment:confirm": "assessment.work",
    "assessment:refuse": "assessment.work",
    "assessment:anew": "assessment.work",
    "assessment:compare": "assessment.work",
    "assessment:document": "assessment.work",
    "assessment:export": "assessment.work",
    "community:home": SIGNED_IN,
    "community:rules": SIGNED_IN,
    "community:directory": "colleagues.meet",
    "community:me": "colleagues.meet",
    "community:leave_directory": "colleagues.meet",
    "community:person": "colleagues.meet",
    "community:ask": "colleagues.meet",
    "community:block": "colleagues.meet",
    "community:unblock": "colleagues.meet",
    "community:contacts": "colleagues.meet",
    "community:contact": "colleagues.meet",
    "community:accept": "colleagues.meet",
    "community:decline": "colleagues.meet",
    "community:withdraw": "colleagues.meet",
    "community:end": "colleagues.meet",
    "community:remove": "colleagues.meet",
    "community:report_messages": "colleagues.meet",
    "community:groups": SIGNED_IN,  # which ones: topics.yaml and community/reading.py
    "community:topic": SIGNED_IN,
    "community:join": SIGNED_IN,
    "community:leave": SIGNED_IN,
    "community:begin": SIGNED_IN,
    "community:thread": SIGNED_IN,
    "community:report_post": SIGNED_IN,
    "community:reports": SIGNED_IN,  # the member's own; a curator's: all
    "community:report": SIGNED_IN,
    "community:close_report": "community.moderate",
    "community:hide": "community.moderate",
    "community:hidden": SIGNED_IN,  # the member's own; a curator's: all
    "community:hiding": SIGNED_IN,
    "community:object": SIGNED_IN,
    "community:look": "community.moderate",
    "community:announcements": SIGNED_IN,
    "community:announce": "community.announce",
    "community:withdraw_announcement": "community.announce",
    "community:events": SIGNED_IN,
    "community:event": SIGNED_IN,
    "community:event_file": SIGNED_IN,
    "community:add_event": "community.announce",
    "community:change_event": "community.announce",
    "community:cancel_event": "community.announce",
    "community:make_feed": SIGNED_IN,
    "community:end_feed": SIGNED_IN,
    "community:feed": OPEN,  # whoever has its private address: a calendar program signs in nowhere
    "community:training": SIGNED_IN,
    "keys": SIGNED_IN,
    "api:openapi-json": SIGNED_IN,
    "api:tools": SIGNED_IN,
    "api:tool": SIGNED_IN,
    "api:tools_file": SIGNED_IN,
    "api:tool_schema": SIGNED_IN,
    "api:vocabulary": SIGNED_IN,
    "api:bodies": SIGNED_IN,
    "api:others": SIGNED_IN,
    "api:other_records": SIGNED_IN,
    "api:cases": "case.work",
    "api:case": "case.work",
    "api:exhibits": "case.work",
    "api:runs": "case.work",
    "api:items": "case.work",
    "api:item": "case.work",
    "api:groups": "case.work",
    "api:group": "case.work",
    "api:categories": "case.work",
    "api:known": "case.work",
    "api:verdicts": "case.work",
    "api:item_verdicts": "case.work",
    "api:persons": "case.work",
    "api:batches": "case.work",
    "api:undo_batch": "case.work",
    "api:undo_verdict": "case.work",
    "api:notes": "case.work",
    "api:note": "case.work",
    "api:exhibit_runs": "case.work",
    "api:retry": "case.work",
    "api:filters": "case.work",
    "api:filter": "case.work",
    "api:group_name": "case.work",
    "api:group_split": "case.work",
    "api:group_move": "case.work",
    "api:merges": "case.work",
    "api:changes": "case.work",
    "api:undo_change": "case.work",
    "api:person": "case.work",
    "api:leads": "case.work",
    "api:lead": "case.work",
    "api:offers": "case.work",
    "api:queue": "case.work",
    "api:put_back": "case.work",
    "api:left": "case.work",
    "api:decisions": "case.work",
    "api:decision": "case.work",
    "api:searches": "case.work",
    "api:candidates": "case.work",
    "api:comparisons": "case.work",
    "api:authorities": "case.work",
    "api:timeline": "case.work",
    "api:devices": "case.work",
    "api:record": "record.read",
    "api:entry": "record.read",
    "installation": "installation.see",
    "styleguide": SIGNED_IN,
    "accounts:sign-in": OPEN,
    "accounts:start-over": OPEN,
    "account_login": OPEN,
    "mfa_login_webauthn": OPEN,
    "mfa_authenticate": OPEN,
    "openid_connect_login": OPEN,
    "openid_connect_callback": OPEN,
    "accounts:first": OPEN,
    "accounts:sign-out": ENROLMENT,
    "accounts:enrol": ENROLMENT,
    "accounts:password": ENROLMENT,
    "mfa_add_webauthn": ENROLMENT,
    "mfa_activate_totp": ENROLMENT,
    "mfa_reauthenticate": ENROLMENT,
    "mfa_reauthenticate_webauthn": ENROLMENT,
    "mfa_index": SIGNED_IN,
    "mfa_edit_webauthn": SIGNED_IN,
    "mfa_remove_webauthn": SIGNED_IN,
    "mfa_deactivate_totp": SIGNED_IN,
    "mfa_view_recovery_codes": SIGNED_IN,
    "mfa_generate_recovery_codes": SIGNED_IN,
    "usersessions_list": SIGNED_IN,
    "accounts:end-session": SIGNED_IN,
    "accounts:profile": SIGNED_IN,
    "accounts:leave": SIGNED_IN,
    "accounts:terms": SIGNED_IN,
    "accounts:resets": "resets.confirm",
    "accounts:confirm-reset": "resets.confirm",
    "accounts:withdraw-reset": "resets.confirm",
    "accounts:language": OPEN,
    "accounts:theme": OPEN,
    "audit:list": "record.read",
    "audit:entry": "record.read",
    "audit:checkpoints": "record.read",
    "audit:note": "record.read",
    "audit:ask_stamp": "record.export",
    "audit:bring_stamp": "record.export",
    "audit:export": "record.export",
    "members:list": "members.manage",
    "members:one": "members.manage",
    "members:roles": "members.manage",
    "members:suspend": "members.manage",
    "members:reactivate": "members.manage",
    "members:left": "members.manage",
    "members:confirm": "members.manage",
    "invitations:list": "members.manage",
    "invitations:renew": "members.manage",
    "invitations:revoke": "members.manage",
    "invitations:letters": "members.manage",
    "invitations:for_agency": "agencies.manage",
    "invitations:accept": OPEN,
    "agencies:list": "agencies.manage",
    "agencies:add": "agencies.manage",
    "agencies:one": "agencies.manage",
    "agencies:add_domain": "agencies.manage",
    "agencies:remove_domain": "agencies.manage",
    "agencies:contact": "agencies.manage",
    "agencies:status": "agencies.manage",
    "joining:apply": OPEN,
    "joining:address": OPEN,
    "joining:terms": OPEN,
    "joining:still": OPEN,
    "joining:queue": "applications.decide",
    "joining:one": "applications.decide",
    "joining:approve": "applications.decide",
    "joining:refuse": "applications.decide",
    "cases:list": "case.work",
    "cases:open": "case.open",
    "cases:members": "case.work",
    "cases:role": "case.work",
    "cases:take_off": "case.work",
    "cases:responsible": "case.work",
    "tokens:list": "case.work",
    "tokens:make": "case.work",
    "tokens:revoke": "case.work",
    "tokens:agency": "tokens.watch",
    "tokens:revoke_in_agency": "tokens.watch",
    "authority:list": "case.work",
    "authority:enter": "case.work",
    "authority:withdraw": "case.work",
    "authority:lists": "lists.keep",
    "authority:retire": "lists.keep",
    "retention:case": "case.work",
    "retention:extend": "case.work",
    "retention:close": "case.work",
    "retention:ask": "case.work",
    "retention:list": "retention.watch",
    "retention:order": "erasure.view",
    "retention:confirm": "case.work",
    "retention:withdraw": "case.work",
    "evidence:add_folder": "case.work",
    "evidence:add_upload": "case.work",
    "analysis:start": "case.work",
    "analysis:progress": "case.work",
    "analysis:templates": "case.work",
    "analysis:masked": "case.work",
    "analysis:background": "case.work",
    "analysis:crop": "case.work",
    "analysis:probe_crop": "case.work",
    "known:lists": "known.keep",
    "known:list": "known.keep",
    "known:ask": "known.keep",
    "known:confirm": "known.keep",
    "known:meanings": "known.keep",
    "known:take_out": "known.keep",
    "known:put_back": "known.keep",
    "known:about_item": "case.work",
    "known:of_case": "case.work",
    "categories:case": "case.work",
    "categories:give": "case.work",
    "categories:undo": "case.work",
    "categories:many": "case.work",
    "categories:batch": "case.work",
    "categories:undo_batch": "case.work",
    "categories:choose": "case.work",
    "categories:drop": "case.work",
    "categories:schemes": "lists.keep",
    "categories:make": "lists.keep",
    "categories:set_default": "lists.keep",
    "categories:retire": "lists.keep",
    "search:statistics": "statistics.read",
    "search:statistics_csv": "statistics.read",
    "notes:list": "case.work",
    "notes:one": "case.work",
    "notes:about": "case.work",
    "queue:work": "case.work",
    "queue:take": "case.work",
    "queue:put_back": "case.work",
    "queue:leave": "case.work",
    "queue:here": "case.work",
    "queue:about": "case.work",
    "queue:urgent": "case.work",
    "queue:end_urgent": "case.work",
    "queue:left": "case.work",
    "queue:stop": "case.work",
    "queue:second": "case.work",
    "queue:take_second": "case.work",
    "queue:give_second": "case.work",
    "queue:put_back_second": "case.work",
    "queue:agreement": "case.work",
    "queue:draw": "case.work",
    "queue:settle": "case.work",
    "facets:timeline": "case.work",
    "facets:map": "case.work",
    "facets:cameras": "case.work",
    "facets:exhibits": "case.work",
    "facets:connections": "case.work",
    "facets:saved": "case.work",
    "facets:saved_menu": "case.work",
    "facets:share": "case.work",
    "facets:remove": "case.work",
    "reveals:about": "case.work",
    "reveals:open": "case.work",
    "reveals:ask": "case.work",
    "reveals:begin": "case.work",
    "reveals:original": "case.work",
    "reveals:beat": "case.work",
    "reveals:end": "case.work",
    "reveals:close": "case.work",
    "reveals:waiting": "case.work",
    "reveals:decide": "case.work",
    "reveals:choose": "case.work",
    "people:list": "case.work",
    "people:merge": "case.work",
    "people:group": "case.work",
    "people:name": "case.work",
    "people:split": "case.work",
    "people:confirm": "case.work",
    "people:reject": "case.work",
    "people:move": "case.work",
    "people:apart": "case.work",
    "people:apart_groups": "case.work",
    "people:person": "case.work",
    "people:state": "case.work",
    "people:withdraw": "case.work",
    "people:changes": "case.work",
    "people:undo": "case.work",
    "wellbeing:own": SIGNED_IN,
    "wellbeing:prompt": SIGNED_IN,
    "wellbeing:later": SIGNED_IN,
    "wellbeing:policy": "care.set",
    "wellbeing:evidence": SIGNED_IN,
    "wellbeing:check_in": SIGNED_IN,
    "wellbeing:share": SIGNED_IN,
    "wellbeing:unshare": SIGNED_IN,
    "wellbeing:help": SIGNED_IN,
    "wellbeing:add_help": "care.set",
    "wellbeing:remove_help": "care.set",
    "wellbeing:closing": "case.work",
    "wellbeing:notices": SIGNED_IN,
    "wellbeing:put_away": SIGNED_IN,
    "wellbeing:handed_over": "case.work",
    "wellbeing:pass_item": "case.work",
    "wellbeing:pass_case": "case.work",
    "wellbeing:take_back": "case.work",
    "wellbeing:take": "case.work",
    "wellbeing:group": "care.group",
    "onboarding:practice": SIGNED_IN,
    "onboarding:stage": SIGNED_IN,
    "onboarding:done": SIGNED_IN,
    "onboarding:look": SIGNED_IN,
    "onboarding:view": SIGNED_IN,
    "onboarding:begin": SIGNED_IN,
    "onboarding:picture": SIGNED_IN,
    "onboarding:beat": SIGNED_IN,
    "onboarding:end": SIGNED_IN,
    "onboarding:of_case": "case.work",
    "review:overview": "case.work",
    "review:items": "case.work",
    "review:item": "case.work",
    "review:alike": "case.work",
    "review:background": "case.work",
    "review:failures": "case.work",
    "review:retry": "case.work",
    "review:find": "case.work",
    "review:find_across": "case.work",
    "review:find_face": "case.work",
    "review:find_face_across": "case.work",
    "review:search": "case.work",
    "review:search_face": "case.work",
    "review:close_search": "case.work",
    "review:authorise_search": "case.work",
    "review:refuse_search": "case.work",
    "comparison:candidates": "case.work",
    "comparison:more": "case.work",
    "comparison:pair": "case.work",
    "comparison:look": "case.work",
    "comparison:sought": "case.work",
    "comparison:second": "case.work",
    "comparison:calibration": "case.work",
    "leads:list": "case.work",
    "leads:new": "case.work",
    "leads:offers": "case.work",
    "leads:take_up": "case.work",
    "leads:from_comparison": "case.work",
    "leads:about_item": "case.work",
    "leads:about_group": "case.work",
    "leads:lead": "case.work",
    "leads:change": "case.work",
    "decisions:list": "case.work",
    "decisions:new": "case.work",
    "decisions:one": "case.work",
    "decisions:confirm": "case.work",
    "decisions:refuse": "case.work",
    "decisions:two_people": "two_people.set",
    "crops:list": "case.work",
    "crops:draw": "case.work",
    "crops:place": "case.work",
    "crops:about_item": "case.work",
    "crops:one": "case.work",
    "crops:look": "case.work",
    "crops:picture": "case.work",
    "crops:propose": "case.work",
    "crops:release": "case.work",
    "crops:refuse": "case.work",
    "crops:withdraw": "case.work",
    "crops:file": "case.work",
    "reports:list": "case.work",
    "reports:new": "case.work",
    "reports:one": "case.work",
    "reports:view": "case.work",
    "reports:export": "case.work",
    "reports:compare": "case.work",
    "packages:list": "case.work",
    "packages:ask": "case.work",
    "packages:one": "case.work",
    "packages:confirm": "case.work",
    "packages:withdraw": "case.work",
    "packages:fetch": "case.work",
    "packages:received": "case.work",
    "packages:origin": "case.work",
    "packages:progress": "case.work",
    "packages:table": "case.work",
    "packages:item": "case.work",
    "packages:view": "case.work",
    "packages:about_item": "case.work",
    "packages:receive": "case.open",
    "packages:keys": "partners.keep",
    "packages:make_keys": "partners.keep",
    "packages:own_text": "partners.keep",
    "packages:end": "partners.keep",
}

# Addresses of the editors' desk are Wagtail's. They are in the table by the space of their
# names; what is in neither table is closed to everyone, and is not even there (hub/desk/urls.py):
# Wagtail's own sign-in, accounts, users, groups, sites and collections, and all that comes new.
SPACES: dict[str, str] = {
    "wagtailadmin_home": "pages.edit",
    "wagtailadmin_explore*": "pages.edit",
    "wagtailadmin_pages:*": "pages.edit",
    "wagtailadmin_choose_page*": "pages.edit",
    "wagtailadmin_api:pages:*": "pages.edit",  # of the desk's own scripts
    "wagtailadmin_editing_sessions:*": "pages.edit",
    "wagtailadmin_dismissibles": "pages.edit",
    "wagtailadmin_block_preview": "pages.edit",
    "wagtailadmin_reports:site_history*": "pages.edit",
    "wagtailadmin_sprite": "pages.edit",
    "wagtailadmin_account": "pages.edit",  # leads to Haven's own
    "wagtailadmin_logout": "pages.edit",
    "wagtailadmin_javascript_catalog": "pages.edit",
}

# Where a member begins: the first of these that a role opens.
STARTS = ("cases:list", "agencies:list", "members:list", "audit:list")


def allows(member: Member, act: str) -> bool:
    """Tell whether one of a member's roles allows an act of MAY."""
    return not MAY[act].isdisjoint(member.roles)


def require(member: Member, act: str) -> None:
    """Return if the member may do an act.

    Raises:
        NotAllowed: No role of the member allows it.
    """
    if not allows(member, act):
        raise NotAllowed(f"no role of member {member.pk} allows: {act}")


def rule(page: str) -> str | None:
    """Return what an address takes; None for one that no table names."""
    of_space = (rule for space, rule in SPACES.items() if fnmatchcase(page, space))
    return PAGES.get(page) or next(of_space, None)


def needs_factor(page: str) -> bool:
    """Tell whether an address asks for a second factor in the session; an unknown one does."""
    return rule(page) not in (OPEN, ENROLMENT)


def opens(member: Member, page: str) -> bool:
    """Tell whether a signed-in member may ask for an address; an unknown one is closed."""
    asked = rule(page)
    if asked is None:
        return False
    return asked in (OPEN, SIGNED_IN, ENROLMENT) or allows(member, asked)


def is_open(page: str) -> bool:
    """Tell whether an address is open to everyone."""
    return rule(page) == OPEN


def is_before_terms(page: str) -> bool:
    """Tell whether an address may be asked for before the terms are accepted."""
    return rule(page) in (OPEN, ENROLMENT)


def may(member: Member) -> dict[str, dict[str, bool]]:
    """Return what a member may do, for templates: `may.case.open` for the act "case.open"."""
    told: dict[str, dict[str, bool]] = {}
    for act in MAY:
        thing, _dot, what = act.partition(".")
        told.setdefault(thing, {})[what] = allows(member, act)
    return told


def in_words(member: Member) -> list[tuple[str, str]]:
    """Return each role of a member with what it allows."""
    roles = map(Role, member.roles)
    return [(str(role.label), str(IN_WORDS[role])) for role in roles]


def grantable(member: Member) -> frozenset[Role]:
    """Return the roles that a member may give and take."""
    return frozenset().union(*(GRANTS.get(Role(role), frozenset()) for role in member.roles))
