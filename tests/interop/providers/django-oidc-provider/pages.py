"""The addresses, the second factor in the library's own hook, and access tokens that an API can read."""

import time
import uuid

import jwt
from django.contrib.auth.views import LoginView
from django.http import HttpResponseForbidden
from django.urls import include, path
from django.views.decorators.csrf import csrf_exempt
from oidc_provider.lib.endpoints.authorize import AuthorizeEndpoint
from oidc_provider.lib.endpoints.token import TokenEndpoint
from oidc_provider.lib.errors import AuthorizeError
from oidc_provider.lib.utils.common import get_issuer, redirect
from oidc_provider.lib.utils.token import get_client_alg_keys
from oidc_provider.views import AuthorizeView, TokenView
from providers.common import deployment
from providers.common.django_site import subject_of
from providers.common.second_factor import SecondFactorView, ask, outcome_for

# The nonce of the request whose second factor was given, until its consent has been.
CONFIRMED = "confirmed_nonce"


def subject(user):
    return subject_of(user)


def after_log_in(request, user, client):
    """OIDC_AFTER_USERLOGIN_HOOK: what it returns goes to the browser before any answer does."""
    if not deployment.takes_second_factor(request.GET.get("scope")):
        return None
    outcome = outcome_for(request)
    if outcome is None:
        return ask(request)
    if outcome == "denied":
        authorize = AuthorizeEndpoint(request)
        uri = authorize.params["redirect_uri"]
        error = AuthorizeError(uri, "access_denied", authorize.grant_type)
        return redirect(error.create_uri(uri, authorize.params["state"]))
    request.session[CONFIRMED] = request.GET.get("nonce")
    return None


def with_jwt(token, request):
    """RFC 9068, signed like the ID tokens; the library's own access tokens say nothing to an API."""
    now = int(time.time())
    key = get_client_alg_keys(token.client)[0]
    claims = {
        "iss": get_issuer(request=request),
        "sub": subject(token.user),
        "aud": deployment.AUDIENCE,
        "client_id": token.client.client_id,
        "scope": " ".join(token.scope),
        "iat": now,
        "exp": now + deployment.TOKEN_SECONDS,
        "jti": str(uuid.uuid4()),
    }
    headers = {"kid": key["kid"], "typ": "at+jwt"}
    token.access_token = jwt.encode(claims, key["key"], algorithm=key["algorithm"], headers=headers)
    return token


class BankAuthorizeEndpoint(AuthorizeEndpoint):
    def create_token(self):
        return with_jwt(super().create_token(), self.request)


class BankTokenEndpoint(TokenEndpoint):
    def create_token(self, user, client, scope):
        return with_jwt(super().create_token(user, client, scope), self.request)


class BankAuthorizeView(AuthorizeView):
    authorize_endpoint_class = BankAuthorizeEndpoint

    def post(self, request, *args, **kwargs):
        """The consent, which must not be given past the second factor."""
        if deployment.takes_second_factor(request.POST.get("scope")):
            nonce = request.session.pop(CONFIRMED, None)
            if nonce is None or nonce != request.POST.get("nonce"):
                return HttpResponseForbidden("The second factor is missing.")
        return super().post(request, *args, **kwargs)


class BankTokenView(TokenView):
    token_endpoint_class = BankTokenEndpoint


urlpatterns = [
    path("log-in", LoginView.as_view(template_name="log_in.html"), name="log-in"),
    path("second-factor", SecondFactorView.as_view(), name="second-factor"),
    path("openid/authorize", BankAuthorizeView.as_view()),
    path("openid/token", csrf_exempt(BankTokenView.as_view())),
    path("openid/", include("oidc_provider.urls", namespace="oidc_provider")),
]
