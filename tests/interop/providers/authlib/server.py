"""A provider on Authlib and Flask: both OpenID grants, JWT access tokens, RP-initiated log-out, all of it the library's."""

import time
import uuid
from dataclasses import dataclass

from authlib.integrations.flask_oauth2 import AuthorizationServer
from authlib.oauth2 import OAuth2Error
from authlib.oauth2.rfc6749 import ClientMixin
from authlib.oauth2.rfc6749.grants import AuthorizationCodeGrant
from authlib.oauth2.rfc7636 import CodeChallenge
from authlib.oauth2.rfc9068 import JWTBearerTokenGenerator
from authlib.oauth2.rfc9207 import IssuerParameter
from authlib.oidc.core import AuthorizationCodeMixin, UserInfo
from authlib.oidc.core.grants import OpenIDCode, OpenIDImplicitGrant
from authlib.oidc.rpinitiated import EndSessionEndpoint
from flask import Flask, jsonify, redirect, render_template, request, session, url_for
from flask_cors import CORS
from joserfc.jwk import KeySet, RSAKey
from providers.common import deployment
from serving import serve_wsgi

KEYS = KeySet([RSAKey.generate_key(2048, parameters={"use": "sig", "alg": "RS256"}, auto_kid=True)])

app = Flask(__name__)
app.secret_key = uuid.uuid4().hex
CORS(app, origins=[deployment.APP])


class User:
    """A customer, and when they gave which proof."""

    def __init__(self, customer, auth_time):
        self.customer, self.auth_time = customer, auth_time

    def get_user_id(self):
        return self.customer["sub"]


class Client(ClientMixin):
    client_metadata = {"post_logout_redirect_uris": [f"{deployment.APP}/"]}

    def get_client_id(self):
        return deployment.CLIENT_ID

    def get_default_redirect_uri(self):
        return None

    def get_allowed_scope(self, scope):
        return " ".join(one for one in (scope or "").split() if one in deployment.SCOPES)

    def check_redirect_uri(self, redirect_uri):
        return redirect_uri == f"{deployment.APP}/callback"

    def check_client_secret(self, client_secret):
        return False

    def check_endpoint_auth_method(self, method, endpoint):
        return method == "none"

    def check_response_type(self, response_type):
        return response_type in {"code", "id_token token"}

    def check_grant_type(self, grant_type):
        return grant_type in {"authorization_code", "implicit"}


@dataclass
class Code(AuthorizationCodeMixin):
    redirect_uri: str
    scope: str
    nonce: str
    user: User
    code: str
    code_challenge: str
    code_challenge_method: str

    def get_redirect_uri(self):
        return self.redirect_uri

    def get_scope(self):
        return self.scope

    def get_nonce(self):
        return self.nonce

    def get_auth_time(self):
        return self.user.auth_time


CLIENT = Client()
CODES = {}


class BankCodeGrant(AuthorizationCodeGrant):
    TOKEN_ENDPOINT_AUTH_METHODS = ["none"]

    def save_authorization_code(self, code, request):
        data = request.payload.data
        CODES[code] = Code(
            redirect_uri=request.payload.redirect_uri,
            scope=request.scope,
            nonce=data.get("nonce"),
            user=request.user,
            code=code,
            code_challenge=data.get("code_challenge"),
            code_challenge_method=data.get("code_challenge_method"),
        )

    def query_authorization_code(self, code, client):
        return CODES.get(code)

    def delete_authorization_code(self, authorization_code):
        CODES.pop(authorization_code.code, None)

    def authenticate_user(self, authorization_code):
        return authorization_code.user


class IdTokens:
    """What an ID token says, the same in both flows."""

    def exists_nonce(self, nonce, request):
        return any(code.nonce == nonce for code in CODES.values())

    def resolve_client_private_key(self, client):
        return KEYS

    def get_client_claims(self, client):
        return {"iss": deployment.ORIGIN, "aud": [client.get_client_id()]}

    def generate_user_info(self, user, scope):
        return UserInfo(sub=user.get_user_id())


class BankOpenIdCode(IdTokens, OpenIDCode):
    pass


class BankImplicitGrant(IdTokens, OpenIDImplicitGrant):
    pass


class AccessTokens(JWTBearerTokenGenerator):
    def get_jwks(self):
        return KEYS

    def get_audiences(self, client, user, scope):
        return deployment.AUDIENCE


class Issuer(IssuerParameter):
    def get_issuer(self):
        return deployment.ORIGIN


class BankEndSession(EndSessionEndpoint):
    def get_server_jwks(self):
        return KEYS

    def end_session(self, end_session_request):
        session.clear()


def query_client(client_id):
    return CLIENT if client_id == deployment.CLIENT_ID else None


def save_token(token, asked):
    """The tokens speak for themselves."""


server = AuthorizationServer(app, query_client=query_client, save_token=save_token)
server.register_grant(BankCodeGrant, [CodeChallenge(required=True), BankOpenIdCode(require_nonce=True)])
server.register_grant(BankImplicitGrant)
server.register_token_generator(
    "default", AccessTokens(deployment.ORIGIN, expires_generator=lambda *_: deployment.TOKEN_SECONDS)
)
server.register_extension(Issuer())
server.register_endpoint(BankEndSession)


@app.get("/.well-known/openid-configuration")
def metadata():
    return jsonify(
        issuer=deployment.ORIGIN,
        authorization_endpoint=f"{deployment.ORIGIN}/authorize",
        token_endpoint=f"{deployment.ORIGIN}/token",
        jwks_uri=f"{deployment.ORIGIN}/jwks",
        end_session_endpoint=f"{deployment.ORIGIN}/log-out",
        response_types_supported=["code", "id_token token"],
        subject_types_supported=["public"],
        id_token_signing_alg_values_supported=["RS256"],
        code_challenge_methods_supported=["S256"],
        authorization_response_iss_parameter_supported=True,
        scopes_supported=list(deployment.SCOPES),
    )


@app.get("/jwks")
def jwks():
    return jsonify(KEYS.as_dict(private=False))


@app.get("/authorize")
def authorize():
    try:
        grant = server.get_consent_grant(end_user=session.get("email"))
    except OAuth2Error as error:
        return server.handle_error_response(None, error)
    asked_for = request.full_path
    customer = deployment.customer_of(session.get("email"))
    if customer is None:
        return redirect(url_for("log_in", next=asked_for))
    auth_time = session["log_in_time"]
    if deployment.takes_second_factor(grant.request.payload.scope):
        outcome, auth_time = session.pop("second_factor", {}).get(asked_for, (None, None))
        if outcome is None:
            return redirect(url_for("second_factor", next=asked_for))
        if outcome == "denied":
            return server.create_authorization_response(grant=grant, grant_user=None)
    return server.create_authorization_response(grant=grant, grant_user=User(customer, auth_time))


@app.post("/token")
def token():
    return server.create_token_response()


@app.route("/log-out", methods=["GET", "POST"])
def log_out():
    try:
        asked = server.validate_endpoint_request("end_session")
    except OAuth2Error as error:
        return server.handle_error_response(None, error)
    if asked.needs_confirmation and request.method == "GET":
        return render_template("log_out.html")
    return server.create_endpoint_response("end_session", asked) or render_template("logged_out.html")


@app.route("/log-in", methods=["GET", "POST"])
def log_in():
    problem = None
    if request.method == "POST":
        customer = deployment.customer_of(request.form.get("username"))
        if customer and deployment.is_password(customer, request.form.get("password", "")):
            session["email"], session["log_in_time"] = customer["email"], int(time.time())
            return redirect(own_path(request.args.get("next")))
        problem = "Email or password is wrong."
    return render_template("log_in.html", problem=problem)


@app.route("/second-factor", methods=["GET", "POST"])
def second_factor():
    customer = deployment.customer_of(session.get("email"))
    back = own_path(request.args.get("next"))
    if customer is None:
        return redirect(back)
    problem = None
    if request.method == "POST":
        outcome = "denied" if "deny" in request.form else "confirmed"
        if outcome == "denied" or deployment.is_code(customer, request.form.get("code", "")):
            session["second_factor"] = {back: (outcome, int(time.time()))}
            return redirect(back)
        problem = "This code is wrong."
    return render_template("second_factor.html", problem=problem)


def own_path(path):
    return path if path and path.startswith("/authorize?") else "/authorize"


serve_wsgi(app)
