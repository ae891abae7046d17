"""Flask with PyJWT and flask-cors, as Auth0's quick start for APIs in Python has it: a decorator that checks the token, and
an error that becomes JSON. CORS is for the two resources that there are (flask-cors, "Resource specific CORS"), so the
preflight of any other path is a 404 like everything else there.
"""

import os
from functools import wraps

import jwt
from flask import Flask, g, jsonify, request
from flask_cors import CORS

from serving import serve_wsgi

ISSUER, AUDIENCE = os.environ["ISSUER"], os.environ["AUDIENCE"]

app = Flask(__name__)
CORS(app, resources=[r"/balance", r"/transfer"])
keys = jwt.PyJWKClient(f"{ISSUER}.well-known/jwks.json")


class AuthError(Exception):
    def __init__(self, code, description, status_code):
        super().__init__(description)
        self.error = {"code": code, "description": description}
        self.status_code = status_code


@app.errorhandler(AuthError)
def handle_auth_error(error):
    return jsonify(error.error), error.status_code


def token_of_the_request():
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise AuthError("authorization_header_missing", "Authorization header is expected", 401)
    return token


def requires_scope(scope):
    def decorator(view):
        @wraps(view)
        def decorated(*args, **kwargs):
            token = token_of_the_request()
            try:
                key = keys.get_signing_key_from_jwt(token)
                claims = jwt.decode(token, key.key, algorithms=["RS256"], audience=AUDIENCE, issuer=ISSUER)
            except jwt.PyJWTError as error:
                raise AuthError("invalid_token", str(error), 401) from error
            if scope not in claims.get("scope", "").split():
                raise AuthError("Unauthorized", "You don't have access to this resource", 403)
            g.claims = claims
            return view(*args, **kwargs)

        return decorated

    return decorator


@app.get("/balance")
@requires_scope("view:balance")
def balance():
    return {"message": f"Hello {g.claims['sub']}! Your balance is 2,500.00 EUR."}


@app.post("/transfer")
@requires_scope("transfer:funds")
def transfer():
    request.get_json()
    return {"message": "Your transfer was carried out."}, 201


serve_wsgi(app)
