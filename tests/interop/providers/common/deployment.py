"""What every provider in Python is told by the test that starts it."""

import base64
import hmac
import json
import os

import pyotp
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

# Where browsers reach this provider, where the client is, and what it is called here.
ORIGIN = os.environ["ORIGIN"]
APP = os.environ["APP"]
CLIENT_ID = os.environ["CLIENT_ID"]
FLOW = os.environ["FLOW"]
# The API's identifier.
AUDIENCE = os.environ["AUDIENCE"]
CUSTOMERS = json.loads(os.environ["CUSTOMERS"])
STEP_UP_SCOPE = "transfer:funds"
SCOPES = {"openid": "log in", "view:balance": "see your balance", STEP_UP_SCOPE: "transfer funds"}
TOKEN_SECONDS = 15 * 60


def customer_of(email):
    return next((one for one in CUSTOMERS if one["email"] == email), None)


def takes_second_factor(scope):
    return STEP_UP_SCOPE in (scope or "").split()


def is_password(customer, password):
    return hmac.compare_digest(customer["password"].encode(), password.encode())


def is_code(customer, code):
    """RFC 6238, with the steps beside this one."""
    secret = bytes.fromhex(customer["totp"])
    key = base64.b32encode(secret).decode()
    return pyotp.TOTP(key).verify(code, valid_window=1)


def new_signing_key():
    """An RSA key as PEM."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()
