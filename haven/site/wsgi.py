"""WSGI: the application for a web server in service.

Fails   UnsafeRole: in service, the site's role of the database could do too much
Why     deploy files and `python -m haven.site` name it
"""

import os

from django.core.wsgi import get_wsgi_application

from haven.site import database_roles

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "haven.site.settings")
os.environ.setdefault("HAVEN_DATABASE_ROLE", "web")

application = get_wsgi_application()
database_roles.require_safe_role()
