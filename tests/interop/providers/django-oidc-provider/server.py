"""A provider on django-oidc-provider: one client for one flow, a consent page where the library insists on one."""

from providers.common import deployment, django_site

django_site.open_site(
    "oidc_provider",
    # The tables as they are today, at once: their history takes seconds.
    MIGRATION_MODULES=dict.fromkeys(["auth", "contenttypes", "sessions", "oidc_provider"]),
    SITE_URL=deployment.ORIGIN,
    OIDC_TOKEN_EXPIRE=deployment.TOKEN_SECONDS,
    OIDC_IDTOKEN_EXPIRE=deployment.TOKEN_SECONDS,
    OIDC_IDTOKEN_SUB_GENERATOR="pages.subject",
    OIDC_AFTER_USERLOGIN_HOOK="pages.after_log_in",
)

from django.core.wsgi import get_wsgi_application
from oidc_provider.models import Client, ResponseType, RSAKey
from serving import serve_wsgi

RSAKey.objects.create(key=deployment.new_signing_key())
client = Client.objects.create(
    name="Riser", client_id=deployment.CLIENT_ID, client_type="public", jwt_alg="RS256", require_consent=False
)
client.redirect_uris = [f"{deployment.APP}/callback"]
client.post_logout_redirect_uris = [f"{deployment.APP}/"]
client.scope = list(deployment.SCOPES)
# Its migrations would have made these.
response_types = {name: ResponseType.objects.create(value=name) for name in ["code", "id_token token"]}
client.response_types.add(response_types[{"code": "code", "implicit": "id_token token"}[deployment.FLOW]])
client.save()
serve_wsgi(get_wsgi_application())
