// An API whose CORS permits the two headers that every client sends, and no other: the preflight of a request with
// `Idempotency-Key` is answered, but does not permit it.
'use strict';

const express = require('express-5');
const cors = require('cors');
const { auth, requiredScopes } = require('express-oauth2-jwt-bearer');

const { ISSUER, AUDIENCE } = process.env;

const app = express();
app.use(cors({ allowedHeaders: ['Authorization', 'Content-Type'] }));
app.use(auth({ issuerBaseURL: ISSUER, audience: AUDIENCE, tokenSigningAlg: 'RS256' }));

app.get('/balance', requiredScopes('view:balance'), (req, res) => {
  res.json({ balance: { amount: 250000, currency: 'EUR' } });
});

app.post('/transfer', requiredScopes('transfer:funds'), (req, res) => {
  res.status(201).json({ message: 'Your transfer was carried out' });
});

const server = app.listen(0, '127.0.0.1', () => {
  console.log(`listening on 127.0.0.1:${server.address().port}`);
});
