"""Flask with flask-cors as a decorator of each view: it permits `Authorization, Content-Type` and no other header. Where no view
answers (another path, another method) there is no CORS at all, so a page of another origin cannot read that answer.
"""

import os
from functools import wraps

import jwt
from flask import Flask, jsonify, request
from flask_cors import cross_origin

from serving import serve_wsgi

ISSUER, AUDIENCE = os.environ["ISSUER"], os.environ["AUDIENCE"]

app = Flask(__name__)
keys = jwt.PyJWKClient(f"{ISSUER}.well-known/jwks.json")
cors = cross_origin(allow_headers=["Authorization", "Content-Type"])


def requires_scope(scope):
    def decorator(view):
        @wraps(view)
        def decorated(*args, **kwargs):
            token = request.headers.get("Authorization", "").removeprefix("Bearer ")
            try:
                key = keys.get_signing_key_from_jwt(token)
                claims = jwt.decode(token, key.key, algorithms=["RS256"], audience=AUDIENCE, issuer=ISSUER)
            except jwt.PyJWTError as error:
                return jsonify(error=str(error)), 401
            if scope not in claims.get("scope", "").split():
                return jsonify(error="insufficient_scope"), 403
            return view(*args, **kwargs)

        return decorated

    return decorator


@app.get("/balance")
@cors
@requires_scope("view:balance")
def balance():
    return {"balance": {"amount": 250_000, "currency": "EUR"}}


@app.post("/transfer")
@cors
@requires_scope("transfer:funds")
def transfer():
    request.get_json()
    return {"status": "booked"}, 201


serve_wsgi(app)
