// The sample of Auth0's documentation of step-up authentication for APIs, with `cors()`. `express-jwt` has since moved its
// function to `expressjwt`, demands `algorithms`, and puts the claims into `auth`.
'use strict';

const express = require('express');
const cors = require('cors');
const { expressjwt: jwt } = require('express-jwt');
const jwksRsa = require('jwks-rsa');
const jwtAuthz = require('express-jwt-authz');

const { ISSUER, AUDIENCE } = process.env;

// Authentication middleware. When used, the access token must exist and be verified against the JWKS of the tenant.
const checkJwt = jwt({
  secret: jwksRsa.expressJwtSecret({
    cache: true,
    rateLimit: true,
    jwksRequestsPerMinute: 5,
    jwksUri: `${ISSUER}.well-known/jwks.json`,
  }),
  audience: AUDIENCE,
  issuer: ISSUER,
  algorithms: ['RS256'],
});
const checkScopes = (scope) => jwtAuthz([scope], { customUserKey: 'auth' });

const app = express();
app.use(cors());

app.get('/balance', checkJwt, checkScopes('view:balance'), (req, res) => {
  res.status(201).send({ message: 'This is the GET /balance endpoint' });
});

app.post('/transfer', checkJwt, checkScopes('transfer:funds'), (req, res) => {
  res.status(201).send({ message: 'This is the POST /transfer endpoint' });
});

const server = app.listen(0, '127.0.0.1', () => {
  console.log(`listening on 127.0.0.1:${server.address().port}`);
});
