"""The words of the shipped schemes once more, where translators' tools find them.

In      nothing
Out     WORDS, every text of the files in shipped/
Why     tools that gather words read Python and templates, not TOML; a test holds both together
Not     here: what the words mean (shipped/)
"""

from django.utils.translation import gettext_lazy as _

WORDS = (
    # names
    _("United States, as current programs number it"),
    _("United States, as older lists number it"),
    _("United Kingdom, letters A to C"),
    _("Neutral words, bound to no law"),
    # where they come from
    _(
        "Read from the public code of Autopsy and GLEAPP. Not from the standard itself, and not "
        "certified by Project VIC."
    ),
    _(
        "Read from the public code of Autopsy (older categories). Not from the standard itself, "
        "and not certified by Project VIC."
    ),
    _(
        "Read from the public glossary of HMICFRS. The numbers in which lists are exchanged are "
        "not known to Haven."
    ),
    _(
        "Haven's own. INHOPE's Universal Classification Schema also means to fit any law; its "
        "list is to be had from INHOPE and is not copied here."
    ),
    # categories
    _("Child sexual abuse material"),
    _("Child exploitation that is not abuse material, or age hard to tell"),
    _("Made by a computer or drawn, showing child exploitation"),
    _("Kept for comparison"),
    _("Not pertinent"),
    _("Child exploitation that is illegal"),
    _("Not illegal, or age hard to tell"),
    _("Made by a computer or drawn"),
    _("Penetrative sexual activity, with an animal, or sadism"),
    _("Sexual activity that is not penetrative"),
    _("Other indecent image of a child"),
    _("None of these letters"),
    _("Sexualised picture of a child, no abuse shown"),
    _("Made by a computer or drawn, showing the same"),
    _("Sexual, and the age cannot be told"),
    _("Nothing sexual, but may help to find a victim"),
    _("Not relevant to the case"),
    # notes
    _(
        "Older lists write 5 for this, and 0 for what nobody looked at. Haven never carries a 0 "
        "or a 5 from one to the other."
    ),
    _("Current lists write 0 for this. Haven never carries a 0 or a 5 from one to the other."),
    _("Added by Haven: the letters themselves have no word for it."),
)
