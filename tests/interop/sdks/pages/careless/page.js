// No library, and a fault on purpose: it compares issuer, audience, time and `state`, but neither `nonce` nor the signature.
// `tenant conformance` has to find that.
"use strict";

const here = `${location.origin}/careless/`;
const said = document.getElementById("said");

// Where an API is, when somebody says so: it is shown the access token.
const api = new URLSearchParams(location.search).get("api");
if (api) sessionStorage.setItem("api", api);

/** Says why the answer is refused, or who is there. */
function judged(answer) {
  if (answer.has("error")) return `refused: ${answer.get("error")}`;
  if (answer.get("state") !== sessionStorage.getItem("state")) return "refused: state";
  const token = (answer.get("id_token") ?? "").split(".")[1];
  if (!token) return "refused: no ID token";
  const claims = JSON.parse(atob(token.replaceAll("-", "+").replaceAll("_", "/")));
  if (claims.iss !== config.issuer) return "refused: iss";
  if (claims.aud !== config.clientId) return "refused: aud";
  if (!(claims.exp > Date.now() / 1000)) return "refused: exp";
  const balance = sessionStorage.getItem("api");
  if (balance) fetch(balance, { headers: { authorization: `Bearer ${answer.get("access_token")}` } });
  return `welcome, ${claims.name}`;
}

document.getElementById("log-in").addEventListener("click", () => {
  const state = crypto.randomUUID();
  sessionStorage.setItem("state", state);
  location.assign(`${config.issuer}authorize?${new URLSearchParams({
    response_type: "id_token token",
    client_id: config.clientId,
    redirect_uri: here,
    audience: config.audience,
    scope: "openid profile view:balance",
    nonce: crypto.randomUUID(),
    state,
  })}`);
});

if (location.hash.length > 1) {
  said.textContent = judged(new URLSearchParams(location.hash.slice(1)));
  history.replaceState({}, "", here);
} else {
  said.textContent = "nobody";
}
