"""The addresses: Django's log-in, the second factor, and the toolkit's own, of which one is stricter than it comes."""

from django.contrib.auth.views import LoginView
from django.urls import include, path
from oauth2_provider.exceptions import OAuthToolkitError
from oauth2_provider.views import AuthorizationView
from providers.common import deployment
from providers.common.second_factor import SecondFactorView, ask, outcome_for


class BankAuthorizationView(AuthorizationView):
    """Asks for a second factor where the scope takes one."""

    def get(self, request, *args, **kwargs):
        if deployment.takes_second_factor(request.GET.get("scope")):
            outcome = outcome_for(request)
            if outcome is None:
                return ask(request)
            if outcome == "denied":
                return self.deny(request)
        return super().get(request, *args, **kwargs)

    def deny(self, request):
        try:
            scopes, credentials = self.validate_authorization_request(request)
            self.create_authorization_response(request, " ".join(scopes), credentials, allow=False)
        except OAuthToolkitError as error:
            return self.error_response(error, application=None)
        raise AssertionError("it was not allowed")


urlpatterns = [
    path("log-in", LoginView.as_view(template_name="log_in.html"), name="log-in"),
    path("second-factor", SecondFactorView.as_view(), name="second-factor"),
    path("o/authorize/", BankAuthorizationView.as_view()),
    path("o/", include("oauth2_provider.urls", namespace="oauth2_provider")),
]
