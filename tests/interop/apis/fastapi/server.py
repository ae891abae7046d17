"""FastAPI with PyJWT: typed JSON with ids and statuses of its own, and errors as `{"detail": …}`. Large transfers are looked at
by a person first, and are not done when they are answered.
"""

import datetime
import os
import uuid
from typing import Annotated

import jwt
from fastapi import Depends, FastAPI, HTTPException, status
from fastapi.middleware.cors import CORSMiddleware
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer, SecurityScopes
from fastapi import Security
from pydantic import BaseModel

from serving import serve_asgi

ISSUER, AUDIENCE = os.environ["ISSUER"], os.environ["AUDIENCE"]
REVIEWED_FROM = 100_000

app = FastAPI()
app.add_middleware(CORSMiddleware, allow_origins=["*"], allow_methods=["*"], allow_headers=["*"])
keys = jwt.PyJWKClient(f"{ISSUER}.well-known/jwks.json")


def verify(
    scopes: SecurityScopes, bearer: Annotated[HTTPAuthorizationCredentials, Depends(HTTPBearer())]
) -> dict:
    try:
        key = keys.get_signing_key_from_jwt(bearer.credentials).key
        claims = jwt.decode(bearer.credentials, key, algorithms=["RS256"], audience=AUDIENCE, issuer=ISSUER)
    except jwt.PyJWTError as error:
        raise HTTPException(status.HTTP_401_UNAUTHORIZED, str(error)) from error
    if not set(scopes.scopes) <= set(claims.get("scope", "").split()):
        challenge = {"WWW-Authenticate": f'Bearer scope="{scopes.scope_str}"'}
        raise HTTPException(status.HTTP_403_FORBIDDEN, "Not enough permissions", challenge)
    return claims


class Money(BaseModel):
    amount: int
    currency: str


class Order(BaseModel):
    payee: str
    amount: Money
    reference: str = ""


class Balance(BaseModel):
    balance: Money


class Payment(BaseModel):
    id: uuid.UUID
    status: str
    created_at: datetime.datetime


@app.get("/balance")
def balance(claims: Annotated[dict, Security(verify, scopes=["view:balance"])]) -> Balance:
    return Balance(balance=Money(amount=250_000, currency="EUR"))


@app.post("/transfer", status_code=status.HTTP_201_CREATED)
def transfer(order: Order, claims: Annotated[dict, Security(verify, scopes=["transfer:funds"])]) -> Payment:
    return Payment(
        id=uuid.uuid4(),
        status="UNDER_REVIEW" if order.amount.amount >= REVIEWED_FROM else "EXECUTED",
        created_at=datetime.datetime.now(datetime.timezone.utc),
    )


serve_asgi(app)
