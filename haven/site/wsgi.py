"""WSGI: the application for a web server in service.

Why     deploy files and `python -m haven.site` name it
"""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "haven.site.settings")

application = get_wsgi_application()
