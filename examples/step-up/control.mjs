// The tenant's control API (docs/control.md), as a test needs it.

/** Where the application is, and the tenant. */
export const APP = process.env.APP ?? "http://localhost:8080";
export const TENANT = process.env.TENANT ?? "http://localhost:8090";

const WAIT_SECONDS = 20;

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

/** The first push that waits, once there is one: the tenant answers when it comes. */
export async function push() {
  const { pushes } = await control("GET", `pushes?wait=${WAIT_SECONDS}&sub=${encodeURIComponent(customer.sub)}`);
  if (!pushes.length) throw new Error(`no push came within ${WAIT_SECONDS} s`);
  return pushes[0];
}

/** Answers the push as the customer would: "approve" or "deny". */
export async function answer(how) {
  const { id, payment } = await push();
  await control("POST", `pushes/${id}/${how}`);
  return payment;
}
