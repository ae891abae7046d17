"""A provider on Django OAuth Toolkit: OpenID Connect with RS256, one application for the client, Django's own log-in."""

from providers.common import deployment, django_site

django_site.open_site(
    "oauth2_provider",
    # The tables as they are today, at once: their history takes seconds.
    MIGRATION_MODULES=dict.fromkeys(["auth", "contenttypes", "sessions", "oauth2_provider"]),
    OAUTH2_PROVIDER={
        "OIDC_ENABLED": True,
        "OIDC_RSA_PRIVATE_KEY": deployment.new_signing_key(),
        "OIDC_RP_INITIATED_LOGOUT_ENABLED": True,
        "PKCE_REQUIRED": True,
        "SCOPES": deployment.SCOPES,
        "ACCESS_TOKEN_EXPIRE_SECONDS": deployment.TOKEN_SECONDS,
        "ID_TOKEN_EXPIRE_SECONDS": deployment.TOKEN_SECONDS,
        "ACCESS_TOKEN_GENERATOR": "tokens.access_token",
        "REFRESH_TOKEN_GENERATOR": "oauthlib.oauth2.rfc6749.tokens.random_token_generator",
        "OAUTH2_VALIDATOR_CLASS": "tokens.Validator",
    },
)

from django.core.wsgi import get_wsgi_application
from oauth2_provider.models import get_application_model
from serving import serve_wsgi

Application = get_application_model()
grant_types = {"code": Application.GRANT_AUTHORIZATION_CODE, "implicit": Application.GRANT_IMPLICIT}
Application.objects.create(
    name="Riser",
    client_id=deployment.CLIENT_ID,
    client_type=Application.CLIENT_PUBLIC,
    authorization_grant_type=grant_types[deployment.FLOW],
    redirect_uris=f"{deployment.APP}/callback",
    post_logout_redirect_uris=f"{deployment.APP}/",
    allowed_origins=deployment.APP,
    algorithm=Application.RS256_ALGORITHM,
    # The bank's own client needs no consent.
    skip_authorization=True,
)
serve_wsgi(get_wsgi_application())
