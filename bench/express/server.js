// The usual API for step-up authentication: two endpoints that check an access token and its scope, and store nothing.
'use strict';

const express = require('express');
const { expressjwt } = require('express-jwt');
const authorize = require('express-jwt-authz');
const jwks = require('jwks-rsa');

const { ISSUER, AUDIENCE } = process.env;

const checkToken = expressjwt({
  secret: jwks.expressJwtSecret({
    cache: true,
    rateLimit: true,
    jwksRequestsPerMinute: 5,
    jwksUri: `${ISSUER}.well-known/jwks.json`,
  }),
  audience: AUDIENCE,
  issuer: ISSUER,
  algorithms: ['RS256'],
});
// express-jwt puts the claims into `auth`, where express-jwt-authz does not look by itself.
const allow = (scope) => authorize([scope], { customUserKey: 'auth' });

const app = express();
app.get('/balance', checkToken, allow('view:balance'), (request, response) => {
  response.status(201).send({ message: 'This is the GET /balance endpoint' });
});
app.post('/transfer', checkToken, allow('transfer:funds'), (request, response) => {
  response.status(201).send({ message: 'This is the POST /transfer endpoint' });
});

const server = app.listen(0, '127.0.0.1', () => {
  console.log(`listening on 127.0.0.1:${server.address().port}`);
});
