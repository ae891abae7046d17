// The quick start of `express-oauth2-jwt-bearer`, Auth0's present library for APIs on Express, with `cors()`. It puts what
// it has against a token into `WWW-Authenticate`, which scripts of other origins cannot read here, and into a page.
'use strict';

const express = require('express-5');
const cors = require('cors');
const { auth, requiredScopes } = require('express-oauth2-jwt-bearer');

const { ISSUER, AUDIENCE } = process.env;

const app = express();
app.use(cors());
app.use(auth({ issuerBaseURL: ISSUER, audience: AUDIENCE, tokenSigningAlg: 'RS256' }));

app.get('/balance', requiredScopes('view:balance'), (req, res) => {
  res.status(201).json({ message: `Hello ${req.auth.payload.sub}, you have 2,500.00 euros` });
});

app.post('/transfer', requiredScopes('transfer:funds'), (req, res) => {
  res.status(201).json({ message: 'The euros are on their way' });
});

const server = app.listen(0, '127.0.0.1', () => {
  console.log(`listening on 127.0.0.1:${server.address().port}`);
});
