// oidc-client-ts: a code with PKCE, the metadata, the userinfo endpoint, silent renewal in a frame that is redirected back
// here, and log-out as OpenID Connect has it.
"use strict";

const here = `${location.origin}/oidc-client-ts/`;
const said = document.getElementById("said");
const users = new oidc.UserManager({
  authority: config.issuer,
  client_id: config.clientId,
  redirect_uri: here,
  silent_redirect_uri: here,
  post_logout_redirect_uri: here,
  scope: "openid profile email view:balance",
  extraQueryParams: { audience: config.audience },
  loadUserInfo: true,
  includeIdTokenInSilentRenew: true,
});

async function show(how, act) {
  try {
    const user = await act();
    if (user) window.accessToken = user.access_token;
    said.textContent = user ? `${how}: ${user.profile.name} <${user.profile.email}> has ${user.scope}` : `${how}: nobody`;
  } catch (error) {
    said.textContent = `${how}: ${error.error ?? error.name}: ${error.message}`;
  }
}

const click = (id, act) => document.getElementById(id).addEventListener("click", act);
click("log-in", () => users.signinRedirect());
click("transfer", () => users.signinRedirect({ scope: "openid profile email transfer:funds" }));
click("renew", () => show("signinSilent", () => users.signinSilent()));
click("log-out", () => users.signoutRedirect({ state: "left" }));

const query = new URLSearchParams(location.search);
if (query.has("code") || query.has("error")) {
  show("signinCallback", async () => {
    const user = await users.signinCallback();
    if (window.parent === window) history.replaceState({}, "", here);
    return user;
  });
} else if (query.has("state")) {
  show("signoutCallback", async () => {
    await users.signoutCallback();
    history.replaceState({}, "", here);
  });
} else {
  show("getUser", () => users.getUser());
}
