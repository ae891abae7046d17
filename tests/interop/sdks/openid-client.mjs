// openid-client: an application on a server. Discovery, a code with PKCE, state and nonce, in the query or posted as a form,
// userinfo, refresh tokens where a test wants them, log-out.
import { createServer } from "node:http";
import * as client from "openid-client";

const { ISSUER, CLIENT_ID, AUDIENCE, REFRESH } = process.env;
/** What was asked for, by its state. */
const underWay = new Map();
let idToken;
let refreshToken;
let found;

/** Once, and after the tenant has started. */
function tenant() {
  // A tenant on this machine has no certificate.
  const options = { execute: [client.allowInsecureRequests] };
  return (found ??= client.discovery(new URL(ISSUER), CLIENT_ID, undefined, client.None(), options));
}

async function logIn(here, mode) {
  const verifier = client.randomPKCECodeVerifier();
  const [state, nonce] = [client.randomState(), client.randomNonce()];
  underWay.set(state, { verifier, nonce });
  const parameters = {
    redirect_uri: `${here}/callback`,
    scope: `openid profile email view:balance${REFRESH ? " offline_access" : ""}`,
    audience: AUDIENCE,
    code_challenge: await client.calculatePKCECodeChallenge(verifier),
    code_challenge_method: "S256",
    state,
    nonce,
    max_age: "3600",
    ...(mode && { response_mode: mode }),
  };
  return client.buildAuthorizationUrl(await tenant(), parameters);
}

/** `answer` is the address, or the request with the form. */
async function callback(answer, parameters) {
  const state = parameters.get("state");
  const asked = underWay.get(state);
  underWay.delete(state);
  const tokens = await client.authorizationCodeGrant(await tenant(), answer, {
    pkceCodeVerifier: asked.verifier,
    expectedState: state,
    expectedNonce: asked.nonce,
    maxAge: 3600,
    idTokenExpected: true,
  });
  idToken = tokens.id_token;
  refreshToken = tokens.refresh_token;
  const user = await client.fetchUserInfo(await tenant(), tokens.access_token, tokens.claims().sub);
  return `${user.name} <${user.email}> ${user.sub} has ${tokens.scope}`;
}

async function posted(request, address) {
  const body = Buffer.concat(await request.toArray());
  const headers = { "Content-Type": request.headers["content-type"] };
  return callback(new Request(address, { method: "POST", headers, body }), new URLSearchParams(body.toString()));
}

/** The library checks the new ID token against what it has to be. */
async function refresh() {
  const before = refreshToken;
  const tokens = await client.refreshTokenGrant(await tenant(), before);
  refreshToken = tokens.refresh_token;
  return `${tokens.claims().sub} has ${tokens.scope}, with ${before === refreshToken ? "the same" : "another"} refresh token`;
}

async function logOut(here) {
  return client.buildEndSessionUrl(await tenant(), {
    id_token_hint: idToken,
    post_logout_redirect_uri: `${here}/`,
  });
}

const escaped = (text) => text.replace(/[&<>"]/g, (letter) => `&#${letter.charCodeAt(0)};`);
const page = (said) => `<!doctype html>
<html lang="en"><meta charset="utf-8"><title>openid-client</title><link rel="icon" href="data:,">
<h1>openid-client</h1>
<p role="status">${escaped(said)}</p>
<form action="/log-in"><button>Log in</button></form>
<form action="/log-in"><button name="mode" value="form_post">Log in by a form</button></form>
<form action="/refresh"><button>Refresh</button></form>
<form action="/revoke"><button>Revoke</button></form>
<form action="/log-out"><button>Log out</button></form>
</html>`;

const server = createServer(async (request, response) => {
  const here = `http://localhost:${server.address().port}`;
  const address = new URL(request.url, here);
  const answer = (status, said) => response.writeHead(status, { "Content-Type": "text/html" }).end(page(said));
  const go = (to) => response.writeHead(303, { Location: to.href }).end();
  try {
    switch (address.pathname) {
      case "/":
        return answer(200, "Nobody is logged in");
      case "/log-in":
        return go(await logIn(here, address.searchParams.get("mode")));
      case "/callback":
        if (request.method === "POST") return answer(200, `posted: ${await posted(request, address)}`);
        return answer(200, await callback(address, address.searchParams));
      case "/refresh":
        return answer(200, `refreshed: ${await refresh()}`);
      case "/revoke":
        await client.tokenRevocation(await tenant(), refreshToken);
        return answer(200, "revoked");
      case "/log-out":
        return go(await logOut(here));
      default:
        return answer(404, "Nothing here");
    }
  } catch (error) {
    answer(500, `${error.error ?? error.code ?? error.name}: ${error.message}`);
  }
});
server.listen(0, "127.0.0.1", () => console.log(`listening on 127.0.0.1:${server.address().port}`));
