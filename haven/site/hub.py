"""Hub: what its parts open with, loaded in one go, for the trial and in service.

In      the content files of the parts
Out     tools, bodies to turn to, needs, pages of guidance; what is there and was changed stays
Fails   BadSeed, BadNeed, BadContent: a file does not fit; nothing of its part is loaded then
Not     here: what each part loads
"""

from haven.hub.catalogue import seed
from haven.hub.finding import loading as needs
from haven.hub.guidance import loading


def load() -> str:
    """Load what is not there yet; return what was done in a few words."""
    n_tools, n_bodies = seed.load()
    n_needs = needs.load()
    pages = loading.load()
    return (
        f"{n_tools} tools, {n_bodies} bodies and {n_needs} needs added; {pages.made} pages added, "
        f"{pages.renewed} renewed, {pages.left} left as an editor has them"
    )
