// An API that says no by a status and by nothing else: no `WWW-Authenticate`, no body. ASP.NET Core's `Forbid()` and many
// gateways answer like that.
'use strict';

const express = require('express-5');
const cors = require('cors');
const { auth, requiredScopes } = require('express-oauth2-jwt-bearer');

const { ISSUER, AUDIENCE } = process.env;

const app = express();
app.use(cors());
app.use(auth({ issuerBaseURL: ISSUER, audience: AUDIENCE, tokenSigningAlg: 'RS256' }));

app.get('/balance', requiredScopes('view:balance'), (req, res) => {
  res.json({ balance: { amount: 250000, currency: 'EUR' } });
});

app.post('/transfer', requiredScopes('transfer:funds'), (req, res) => {
  res.status(201).json({ status: 'completed' });
});

app.use((req, res) => res.status(404).end());
app.use((error, req, res, next) => res.status(error.status ?? 500).end());

const server = app.listen(0, '127.0.0.1', () => {
  console.log(`listening on 127.0.0.1:${server.address().port}`);
});
