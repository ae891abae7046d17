"""What Django OAuth Toolkit asks a deployment for: whose subject a user is, and access tokens that an API can read."""

import json
import time
import uuid

from jwcrypto import jwt
from oauth2_provider.oauth2_validators import OAuth2Validator
from oauth2_provider.settings import oauth2_settings
from providers.common import deployment
from providers.common.django_site import subject_of


class Validator(OAuth2Validator):
    def get_additional_claims(self, request):
        return {"sub": subject_of(request.user)}


def access_token(request, refresh_token=False):
    """RFC 9068, signed like the ID tokens."""
    now = int(time.time())
    key = request.client.jwk_key
    claims = {
        "iss": oauth2_settings.oidc_issuer(request),
        "sub": subject_of(request.user),
        "aud": deployment.AUDIENCE,
        "client_id": request.client.client_id,
        "scope": " ".join(request.scopes),
        "iat": now,
        "exp": now + request.expires_in,
        "jti": str(uuid.uuid4()),
    }
    header = {"alg": "RS256", "typ": "at+jwt", "kid": key.thumbprint()}
    token = jwt.JWT(header=json.dumps(header), claims=json.dumps(claims))
    token.make_signed_token(key)
    return token.serialize()
