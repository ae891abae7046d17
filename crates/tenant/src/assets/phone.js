// The phone's pages: can be installed, say so when there is no connection, and have messages sent while they are closed.
"use strict";

const workers = navigator.serviceWorker;
workers?.register("/phone/worker.js", { scope: "/phone" }).catch(() => {});

// Not every browser has push messages, and some have them in an installed app alone.
if (workers && "PushManager" in window && "Notification" in window) {
  document.documentElement.dataset.canBeTold = "";
}

/** A browser that does not reach its push service tries for ever, and says nothing. In milliseconds. */
const SUBSCRIBE_LIMIT = 10_000;

const tooLong = () => new Promise((_, reject) => setTimeout(reject, SUBSCRIBE_LIMIT));

/** The browser's subscription, made anew: one for another key of the tenant is good for nothing. */
async function subscribe(applicationServerKey) {
  const { pushManager } = await workers.ready;
  const old = await pushManager.getSubscription();
  await old?.unsubscribe();
  const subscription = await pushManager.subscribe({ userVisibleOnly: true, applicationServerKey });
  const { endpoint, keys } = subscription.toJSON();
  return { endpoint, p256dh: keys.p256dh, auth: keys.auth };
}

// At the document, because news replace the form.
addEventListener("click", async (event) => {
  const button = event.target.closest("[data-subscribe]");
  if (!button) return;
  const { form } = button;
  const say = (sentence) => (form.querySelector("[role=status]").textContent = sentence);
  say("");
  button.disabled = true;
  try {
    if ((await Notification.requestPermission()) !== "granted") {
      say(form.dataset.denied);
      return;
    }
    const subscription = await Promise.race([subscribe(form.dataset.key), tooLong()]);
    for (const [name, value] of Object.entries(subscription)) form.elements[name].value = value;
    form.requestSubmit();
  } catch {
    say(form.dataset.failed);
  } finally {
    button.disabled = false;
  }
});

const again = document.querySelector("[data-when-online]");
if (again) addEventListener("online", () => location.replace(again.href));
