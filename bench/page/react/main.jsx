// The client as a tutorial of React and auth0-js would have it.
import auth0 from "auth0-js";
import { StrictMode, useEffect, useState } from "react";
import { createRoot } from "react-dom/client";

const config = JSON.parse(document.getElementById("riser-config").text);
const webAuth = new auth0.WebAuth({
  domain: new URL(config.issuer).origin,
  clientID: config.client_id,
  audience: config.audience,
  scope: "openid view:balance",
  responseType: "token id_token",
  redirectUri: `${location.origin}/callback`,
  // The library takes for granted that an issuer has https.
  overrides: { __token_issuer: config.issuer, __jwks_uri: config.jwks_uri },
});

/** The access token that an authorization response brought, or `null` when the page was not loaded with one. */
const received = new Promise((resolve, reject) =>
  webAuth.parseHash((error, result) => (error ? reject(error) : resolve(result?.accessToken))),
);

const call = (path, token, more) =>
  fetch(config.api + path, { ...more, headers: { ...more?.headers, authorization: `Bearer ${token}` } });

async function sendTransfer(token, order) {
  const headers = { "content-type": "application/json", "idempotency-key": order.id };
  const answer = await call("/transfer", token, { method: "POST", headers, body: JSON.stringify(order.body) });
  if (answer.status === 403 && token === sessionStorage.getItem("token")) {
    sessionStorage.setItem("order", JSON.stringify(order));
    webAuth.authorize({ scope: "openid transfer:funds" });
    return "Confirm the transfer at your provider";
  }
  return answer.ok ? "Sent" : "Not sent";
}

/** What the page begins with. */
const beginning = received.then(async (token) => {
  if (location.pathname !== "/") history.replaceState(null, "", "/");
  const order = sessionStorage.getItem("order");
  if (token && order) {
    sessionStorage.removeItem("order");
    return { sentence: await sendTransfer(token, JSON.parse(order)) };
  }
  if (token) sessionStorage.setItem("token", token);
  return { isLoggedIn: sessionStorage.getItem("token") !== null };
});

function App() {
  const [page, setPage] = useState({});
  useEffect(() => {
    beginning.then(setPage, () => setPage({ sentence: "You are not logged in" }));
  }, []);
  if (page.sentence) return <h1>{page.sentence}</h1>;
  if (page.isLoggedIn === undefined) return null;
  return page.isLoggedIn ? <Account onSent={(sentence) => setPage({ sentence })} /> : <Welcome />;
}

function Welcome() {
  return (
    <main>
      <h1>Bank</h1>
      <button onClick={() => webAuth.authorize()}>Log in</button>
    </main>
  );
}

function Account({ onSent }) {
  const [balance, setBalance] = useState();
  const token = sessionStorage.getItem("token");
  useEffect(() => {
    call("/balance", token)
      .then((answer) => answer.json())
      .then((body) => setBalance(body.balance));
  }, [token]);
  const submit = async (event) => {
    event.preventDefault();
    const { payee, amount, reference } = Object.fromEntries(new FormData(event.target));
    const body = { payee, amount: { amount: Math.round(amount * 100), currency: "EUR" }, reference };
    onSent(await sendTransfer(token, { id: crypto.randomUUID(), body }));
  };
  return (
    <main>
      <h1>{balance && money(balance)}</h1>
      <form onSubmit={submit}>
        <input name="payee" />
        <input name="amount" />
        <input name="reference" />
        <button>Transfer</button>
      </form>
    </main>
  );
}

const money = ({ amount, currency }) =>
  new Intl.NumberFormat("en-US", { style: "currency", currency }).format(amount / 100);

createRoot(document.getElementById("root")).render(
  <StrictMode>
    <App />
  </StrictMode>,
);
