// The answer to the client is a message to the page that framed this one, or that opened it. The browser delivers it only
// to a page of that origin.
"use strict";

const answer = document.getElementById("answer");
const { origin, response } = answer.dataset;
// Tokens are for the client's page, not for this one.
delete answer.dataset.response;
const client = window.parent === window ? window.opener : window.parent;
client?.postMessage({ type: "authorization_response", response: JSON.parse(response) }, origin);
