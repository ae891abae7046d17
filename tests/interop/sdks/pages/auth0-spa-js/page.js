// auth0-spa-js: a code with PKCE; a reload and a new token come by silent authentication in a hidden frame.
"use strict";

const here = `${location.origin}/auth0-spa-js/`;
const said = document.getElementById("said");

/** Shows what comes of it, or the code and the sentence of what failed. */
async function show(how, act) {
  try {
    said.textContent = `${how}: ${await act()}`;
  } catch (error) {
    said.textContent = `${how}: ${error.error}: ${error.message}`;
  }
}

async function run() {
  const client = new auth0.Auth0Client({
    domain: config.domain,
    clientId: config.clientId,
    // In JSON where a test wants it; a form otherwise, as the library does by itself.
    useFormData: !config.json,
    // What needs a second factor is asked for in a window of its own.
    interactiveErrorHandler: config.popup ? "popup" : undefined,
    useRefreshTokens: config.refresh,
    authorizationParams: {
      audience: config.audience,
      scope: "openid profile email view:balance",
      redirect_uri: here,
    },
  });

  async function whoIsThere() {
    const user = await client.getUser();
    window.idToken = (await client.getIdTokenClaims())?.__raw;
    return user ? `${user.name} <${user.email}> ${user.sub}` : "nobody";
  }
  const click = (id, how, act) => document.getElementById(id).addEventListener("click", () => show(how, act));
  const token = async (scope) => {
    const answer = await client.getTokenSilently({
      cacheMode: "off",
      detailedResponse: true,
      authorizationParams: scope && { scope },
    });
    window.accessToken = answer.access_token;
    return answer.scope ?? "the scopes that were asked for";
  };

  click("log-in", "leaving", () => client.loginWithRedirect());
  click("log-in-by-window", "loginWithPopup", async () => {
    await client.loginWithPopup();
    return whoIsThere();
  });
  click("token", "getTokenSilently", () => token());
  click("transfer", "leaving", () =>
    client.loginWithRedirect({
      authorizationParams: { scope: "openid profile transfer:funds" },
      appState: { to: "transfer" },
    }));
  click("transfer-silently", "getTokenSilently", () => token("openid transfer:funds"));
  click("revoke", "revokeRefreshToken", async () => {
    await client.revokeRefreshToken({ audience: config.audience });
    return "done";
  });
  click("log-out", "leaving", () => client.logout({ logoutParams: { returnTo: here } }));

  const query = new URLSearchParams(location.search);
  if (query.has("state")) {
    await show("handleRedirectCallback", async () => {
      try {
        const { appState } = await client.handleRedirectCallback();
        return `${await whoIsThere()}${appState ? ` may ${appState.to}` : ""}`;
      } finally {
        history.replaceState({}, "", here);
      }
    });
  } else {
    await show("checkSession", async () => {
      await client.checkSession();
      return whoIsThere();
    });
  }
}

run();
