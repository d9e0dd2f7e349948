from django.conf import settings
from django.urls import include, path

from haven.site import feed_door, views
from haven.site.api import api
from haven.web.failed import API

urlpatterns = [
    path("", views.home, name="home"),
    path("account/", include("haven.accounts.factor_urls")),
    path("account/", include("haven.accounts.urls")),
    path("", include("haven.audit.urls")),
    path("", include("haven.accounts.members.urls")),
    path("", include("haven.accounts.invitations.urls")),
    path("", include("haven.accounts.agencies.urls")),
    path("", include("haven.accounts.joining.urls")),
    path("help/keys/", views.keys, name="keys"),
    path("installation/", views.installation, name="installation"),
    path(API.lstrip("/"), api.urls),
    path("", include("haven.hub.base.urls")),
    path("", include("haven.hub.catalogue.urls")),
    path("", include("haven.hub.guidance.urls")),
    path("hub/desk/", include("haven.hub.desk.urls")),
    path("", include("haven.hub.learning.urls")),
    path("", include("haven.hub.assessment.urls")),
    path("", include("haven.hub.community.urls")),
    path("", include("haven.hub.finding.urls")),
    path("hub/feed/<str:code>/", feed_door.feed, name="feed"),
    path("", include("haven.hub.experience.urls")),
    path("", include("haven.hub.portal.urls")),
    path("", include("haven.hub.curation.urls")),
    path("", include("haven.hub.exchange.urls")),
    path("", include("haven.workbench.cases.urls")),
    path("", include("haven.workbench.tokens.urls")),
    path("", include("haven.workbench.evidence.urls")),
    path("", include("haven.workbench.authority.urls")),
    path("", include("haven.workbench.analysis.urls")),
    path("", include("haven.workbench.search.urls")),
    path("", include("haven.workbench.notes.urls")),
    path("", include("haven.workbench.categories.urls")),
    path("", include("haven.workbench.known.urls")),
    path("", include("haven.workbench.wellbeing.urls")),
    path("", include("haven.workbench.onboarding.urls")),
    path("", include("haven.workbench.reveals.urls")),
    path("", include("haven.workbench.people.urls")),
    path("", include("haven.workbench.review.urls")),
    path("", include("haven.workbench.queue.urls")),
    path("", include("haven.workbench.facets.urls")),
    path("", include("haven.workbench.comparison.urls")),
    path("", include("haven.workbench.leads.urls")),
    path("", include("haven.workbench.decisions.urls")),
    path("", include("haven.workbench.crops.urls")),
    path("", include("haven.workbench.reports.urls")),
    path("", include("haven.workbench.packages.urls")),
    path("", include("haven.workbench.retention.urls")),
]

if settings.HAVEN_DEMO:
    urlpatterns.append(path("styleguide/", views.styleguide, name="styleguide"))

handler400 = views.bad_request
handler403 = views.forbidden
handler404 = views.not_found
handler500 = views.server_error
