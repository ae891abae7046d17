// auth0-js: the implicit flow, as the step-up sample of Auth0's documentation uses it.
"use strict";

const here = `${location.origin}/auth0-js/`;
const webAuth = new auth0.WebAuth({
  domain: config.domain,
  clientID: config.clientId,
  audience: config.audience,
  scope: "openid profile email view:balance",
  responseType: "token id_token",
  redirectUri: here,
  // The library takes for granted that an issuer has https, which a tenant on this machine has not.
  overrides: { __token_issuer: config.issuer },
});

const said = document.getElementById("said");
const click = (id, act) => document.getElementById(id).addEventListener("click", act);

/** Shows who is there, and leaves the access token where a test finds it. */
function show(how) {
  return (error, result) => {
    if (error) {
      said.textContent = `${how}: ${error.error ?? error.code}: ${error.errorDescription ?? error.description}`;
    } else if (result) {
      window.accessToken = result.accessToken;
      said.textContent = `${how}: ${result.idTokenPayload.name} has ${result.scope}`;
    } else {
      said.textContent = "Nobody is logged in";
    }
  };
}

webAuth.parseHash(show("parseHash"));
click("log-in", () => webAuth.authorize());
click("check", () => webAuth.checkSession({}, show("checkSession")));
click("transfer", () => webAuth.authorize({ scope: "openid profile transfer:funds" }));
click("transfer-silently", () => webAuth.checkSession({ scope: "openid transfer:funds" }, show("checkSession")));
click("log-out", () => webAuth.logout({ returnTo: here }));
