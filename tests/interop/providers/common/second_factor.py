"""The second factor in Django: a code from an authenticator app, for one request of authorization."""

from django.contrib.auth.mixins import LoginRequiredMixin
from django.http import HttpResponseRedirect
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme, urlencode
from django.views import View
from providers.common import deployment

# The session's answers, each under the whole path of the request that it is for.
KEY = "second_factor"


def ask(request):
    query = urlencode({"next": request.get_full_path()})
    return HttpResponseRedirect(f"/second-factor?{query}")


def outcome_for(request):
    """`confirmed` or `denied`, once; nothing when nobody was asked."""
    outcomes = request.session.get(KEY, {})
    outcome = outcomes.pop(request.get_full_path(), None)
    request.session[KEY] = outcomes
    return outcome


class SecondFactorView(LoginRequiredMixin, View):
    def get(self, request):
        return render(request, "second_factor.html")

    def post(self, request):
        back = request.GET.get("next", "")
        if not url_has_allowed_host_and_scheme(back, allowed_hosts=None):
            return render(request, "second_factor.html", {"problem": "This request is not known."}, status=400)
        customer = deployment.customer_of(request.user.get_username())
        if "deny" in request.POST:
            outcome = "denied"
        elif deployment.is_code(customer, request.POST.get("code", "")):
            outcome = "confirmed"
        else:
            return render(request, "second_factor.html", {"problem": "This code is wrong."})
        request.session[KEY] = {**request.session.get(KEY, {}), back: outcome}
        return HttpResponseRedirect(back)
