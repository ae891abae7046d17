// The tenant's control API (docs/control.md), as a test needs it.

/** Where the application is, and the tenant. */
export const APP = process.env.APP ?? "http://localhost:8080";
export const TENANT = process.env.TENANT ?? "http://localhost:8090";

const WAIT_MS = 20_000;
const PAUSE_MS = 100;

/** One call; gives what the tenant answers. */
export async function control(method, path, body) {
  const token = process.env.RISER_CONTROL_TOKEN;
  if (!token) throw new Error("set RISER_CONTROL_TOKEN to the token of [control] in tenant.toml");
  const answer = await fetch(new URL(`/control/${path}`, TENANT), {
    method,
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
    body: body && JSON.stringify(body),
  });
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
  return answer.status === 204 ? undefined : answer.json();
}

/** A customer with a phone that nobody holds. One who is there keeps the password. */
export const customer = {
  sub: "auth0|1001",
  email: "customer@example.com",
  name: "Ada Example",
  password: "correct horse battery",
};

/** As after a first start, and the customer has a phone. */
export async function reset() {
  await control("POST", "reset");
  await control("PUT", `customers/${encodeURIComponent(customer.sub)}`, { ...customer, phone: true });
}

/** The first push that waits, once there is one. */
export async function push() {
  for (const end = Date.now() + WAIT_MS; Date.now() < end; ) {
    const { pushes } = await control("GET", "pushes");
    if (pushes.length) return pushes[0];
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
  throw new Error("no push came");
}

/** Answers the push as the customer would: "approve" or "deny". */
export async function answer(how) {
  const { id, payment } = await push();
  await control("POST", `pushes/${id}/${how}`);
  return payment;
}
