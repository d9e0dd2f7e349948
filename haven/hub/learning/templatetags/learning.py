"""Template tags of learning: the courses that teach a step of the work.

In      the slug of a step
Out     a list of links to courses, each with its lessons for that step
Fails   never; where no course names the step, nothing is shown
Why     guidance and learning stand alone; a page of the one shows what the other says of it
Not     here: which course teaches what (content/courses/*/course.yaml)
"""

from __future__ import annotations

from typing import Any

from django import template

from haven.hub.learning import courses

register = template.Library()


@register.inclusion_tag("learning/_of_step.html")
def courses_of_step(step: str) -> dict[str, Any]:
    """Show the courses that teach a step."""
    return {"taught": courses.of_step(step)}
