// The package `node-fetch`, over the tenant's own.
'use strict';
const { fetch, Headers, Request, Response, FormData, Blob, AbortController } = require('internal/web');
const all = Object.assign((input, init) => fetch(input, init), { Headers, Request, Response, FormData, Blob, AbortController });
module.exports = Object.assign(all, { default: all, fetch: all, isRedirect: (status) => [301, 302, 303, 307, 308].includes(status) });
