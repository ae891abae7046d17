// A provider on oidc-provider: its own endpoints, its policy of prompts, and two pages for what it leaves to us.
import { createHmac, generateKeyPairSync, timingSafeEqual } from "node:crypto";
import { createServer } from "node:http";
import Provider, { interactionPolicy } from "oidc-provider";

const { ORIGIN, APP, CLIENT_ID, AUDIENCE } = process.env;
const customers = JSON.parse(process.env.CUSTOMERS);
const STEP_UP_SCOPE = "transfer:funds";
const resourceServer = {
  scope: `view:balance ${STEP_UP_SCOPE}`,
  audience: AUDIENCE,
  accessTokenFormat: "jwt",
  accessTokenTTL: 15 * 60,
  jwt: { sign: { alg: "RS256" } },
};

const { Check, Prompt, base } = interactionPolicy;
const policy = base();
const secondFactor = new Check("second_factor", "the scope takes a second factor", ({ oidc }) => {
  const asked = oidc.requestParamScopes.has(STEP_UP_SCOPE);
  return asked && !oidc.result?.secondFactor ? Check.REQUEST_PROMPT : Check.NO_NEED_TO_PROMPT;
});
policy.add(new Prompt({ name: "second_factor" }, secondFactor), 1);

const provider = new Provider(ORIGIN, {
  clients: [
    {
      client_id: CLIENT_ID,
      // For the implicit flow a "web" client needs https, also on this machine.
      application_type: "native",
      token_endpoint_auth_method: "none",
      grant_types: ["authorization_code", "implicit"],
      response_types: ["code", "id_token token"],
      redirect_uris: [`${APP}/callback`],
      post_logout_redirect_uris: [`${APP}/`],
    },
  ],
  responseTypes: ["code", "id_token token"],
  jwks: { keys: [signingKey()] },
  cookies: { keys: [process.env.COOKIE_KEY ?? crypto.randomUUID()] },
  findAccount: (_, id) => ({ accountId: id, claims: () => ({ sub: id }) }),
  clientBasedCORS: (_, origin) => origin === APP,
  features: {
    devInteractions: { enabled: false },
    resourceIndicators: {
      enabled: true,
      // Who names no resource gets tokens for the userinfo endpoint.
      getResourceServerInfo: () => resourceServer,
    },
    rpInitiatedLogout: { enabled: true, logoutSource: askToLogOut },
  },
  interactions: { policy, url: (_, interaction) => `/interaction/${interaction.uid}` },
  ttl: { AccessToken: 15 * 60, IdToken: 15 * 60, Session: 3600, Grant: 3600, Interaction: 600 },
});

function signingKey() {
  const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  return { ...privateKey.export({ format: "jwk" }), alg: "RS256", use: "sig" };
}

const callback = provider.callback();
const server = createServer((request, response) => {
  if (!request.url.startsWith("/interaction/")) {
    callback(request, response);
    return;
  }
  interact(request, response).catch((error) => {
    console.error(error);
    response.writeHead(400).end("This request is not known any more.");
  });
});
server.listen(0, "127.0.0.1", () => console.log(`listening on 127.0.0.1:${server.address().port}`));

async function interact(request, response) {
  const { prompt, params, session, grantId } = await provider.interactionDetails(request, response);
  const finish = (result) => provider.interactionFinished(request, response, result);
  const form = request.method === "POST" ? await readForm(request) : undefined;
  if (form?.has("cancel")) {
    await finish({ error: "access_denied", error_description: "the customer has cancelled" });
    return;
  }
  if (prompt.name === "login") {
    const customer = customers.find((one) => one.email === form?.get("email"));
    if (customer && isEqual(customer.password, form.get("password"))) {
      await finish({ login: { accountId: customer.sub, amr: ["pwd"] } });
      return;
    }
    show(response, "Log in", form && "Email or password is wrong.", logInFields);
    return;
  }
  if (prompt.name === "second_factor") {
    const customer = customers.find((one) => one.sub === session.accountId);
    if (form && isCode(customer.totp, form.get("code"))) {
      const login = { accountId: customer.sub, amr: ["pwd", "otp", "mfa"] };
      await finish({ login, secondFactor: true });
      return;
    }
    show(response, "Enter your code", form && "This code is wrong.", codeFields);
    return;
  }
  // The bank's own client needs no consent: what is asked for is granted.
  const grant = (await provider.Grant.find(grantId)) ?? newGrant(session.accountId, params.client_id);
  grant.addOIDCScope("openid");
  grant.addResourceScope(AUDIENCE, params.scope);
  await finish({ consent: { grantId: await grant.save() } });
}

function newGrant(accountId, clientId) {
  return new provider.Grant({ accountId, clientId });
}

async function readForm(request) {
  let body = "";
  for await (const chunk of request) {
    body += chunk;
    if (body.length > 4096) throw new Error("the form is too long");
  }
  return new URLSearchParams(body);
}

function isEqual(expected, given) {
  const digest = (text) => createHmac("sha256", "comparison").update(text ?? "").digest();
  return timingSafeEqual(digest(expected), digest(given));
}

/** RFC 6238, with the steps beside this one. */
function isCode(secret, given) {
  const step = Math.floor(Date.now() / 30_000);
  return [step - 1, step, step + 1].some((one) => isEqual(codeAt(secret, one), given));
}

/** RFC 4226, 5.3. */
function codeAt(secret, step) {
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(step));
  const tag = createHmac("sha1", Buffer.from(secret, "hex")).update(counter).digest();
  const number = tag.readUInt32BE(tag[19] & 15) & 0x7fffffff;
  return String(number % 1_000_000).padStart(6, "0");
}

const logInFields = `
  <label for="email">Email</label><input id="email" name="email" autocomplete="username">
  <label for="password">Password</label><input id="password" name="password" type="password">
  <button>Continue</button>`;
const codeFields = `
  <label for="code">Code</label><input id="code" name="code" inputmode="numeric" autocomplete="one-time-code">
  <button>Confirm</button>
  <button name="cancel" value="yes">Deny</button>`;

function show(response, title, problem, fields) {
  const alert = problem ? `<p role="alert">${problem}</p>` : "";
  response.writeHead(200, { "Content-Type": "text/html; charset=utf-8", "Cache-Control": "no-store" });
  response.end(page(title, `${alert}<form method="post">${fields}</form>`));
}

async function askToLogOut(ctx, form) {
  const button = '<button form="op.logoutForm" name="logout" value="yes">Yes, log me out</button>';
  ctx.body = page("Do you want to log out?", form + button);
}

function page(title, content) {
  return `<!doctype html><html lang="en"><meta charset="utf-8"><title>${title}</title>
<link rel="icon" href="data:,"><main><h1>${title}</h1>${content}</main></html>`;
}
