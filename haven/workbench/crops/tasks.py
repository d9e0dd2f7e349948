"""Jobs of the worker.

In      keys of rows
Out     changed rows
Not     here: the work itself (cutting.py)
"""

from django.utils import timezone
from procrastinate.contrib.django import app

from haven.workbench.crops import actions, cutting


@app.task(name=actions.CUT, queue="reveals")
def cut_object(crop_id: int) -> None:
    """Cut an object out of an item."""
    cutting.cut_now(crop_id, at=timezone.now())
