// Two pages wait for the other device: the log-in tab for the phone's answer, the phone for a request. Both ask the
// server, which answers when there is something new (200), after a while (204), or when it is about to stop (503).
// Pages with a form use the first part only.
"use strict";

// The page's language, with the digits that the server writes.
const locale = `${document.documentElement.lang}-u-nu-latn`;

const pause = (seconds) => new Promise((resume) => setTimeout(resume, seconds * 1000));

// A form that was sent leads on by itself. Its answer is also news to this page, and going there would stop the form.
// And one click is enough: the answer to a second one would be that the first was taken.
let leaving = false;
addEventListener("submit", (event) => {
  if (leaving) event.preventDefault();
  leaving = true;
  // Somebody who stopped the form may send it again.
  setTimeout(() => (leaving = false), 5000);
});
// A page that the browser kept and shows again has missed what happened meanwhile.
addEventListener("pageshow", (event) => {
  if (event.persisted) location.reload();
});

/** Resolves when there is something new. `say` is told when the connection is lost, and when it is back. */
async function news(address, say) {
  for (let failures = 0; ; ) {
    try {
      const answer = await fetch(address, { cache: "no-store" });
      if (answer.status !== 204) {
        if (answer.status < 500) return;
        throw new Error(`status ${answer.status}`);
      }
      if (failures > 0) say(false);
      failures = 0;
    } catch {
      failures += 1;
      if (failures > 1) say(true);
      await pause(Math.min(2 ** failures / 2, 15));
    }
  }
}

function speaker(element, lost) {
  const usual = element.textContent;
  return (isLost) => {
    element.textContent = isLost ? lost : usual;
  };
}

/** The log-in tab: leaves this page for good, so that Back does not come here. */
async function waitForPhone(element) {
  await news(element.dataset.wait, speaker(element, element.dataset.lost));
  if (!leaving) location.replace(element.dataset.next);
}

/** The phone: replaces what it shows, and lets the status say how much there is. */
async function waitForRequests(requests) {
  const count = document.getElementById("count");
  for (;;) {
    await news(requests.dataset.wait, speaker(count, requests.dataset.lost));
    const answer = await fetch(requests.dataset.refresh, { cache: "no-store" }).catch(() => undefined);
    const page = answer?.ok && new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = page && page.getElementById("requests");
    if (leaving) return;
    if (!fresh) {
      await pause(1);
      location.replace(requests.dataset.refresh);
      return;
    }
    showLocalTimes(page);
    document.getElementById("answered")?.remove();
    count.textContent = page.getElementById("count").textContent;
    count.className = page.getElementById("count").className;
    document.getElementById("rest").replaceWith(page.getElementById("rest"));
    document.title = page.title;
    requests.replaceWith(fresh);
    requests = fresh;
  }
}

function showLocalTimes(page) {
  for (const time of page.querySelectorAll("time")) {
    const moment = new Date(time.dateTime);
    const day = "day" in time.dataset ? { day: "numeric", month: "short", year: "numeric" } : {};
    time.textContent = moment.toLocaleString(locale, { ...day, hour: "2-digit", minute: "2-digit" });
  }
}

/** Counts down to when the request is stale, and then looks what became of it. */
function showTimeLeft(element) {
  // Not by the clock, which may be another than the server's.
  const end = performance.now() + 1000 * element.dataset.left;
  const shown = element.querySelector("[role=timer]");
  const show = () => {
    const left = Math.max(0, Math.round((end - performance.now()) / 1000));
    shown.textContent = `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}`;
    if (left === 0 && !leaving) location.reload();
    else setTimeout(show, 1000);
  };
  element.hidden = false;
  show();
}

/** Recovery codes: to the clipboard, or onto paper. */
function offerToKeep(element) {
  element.hidden = false;
  element.querySelector("[data-print]").addEventListener("click", () => print());
  element.querySelector("[data-copy]").addEventListener("click", async (event) => {
    const codes = document.getElementById(event.target.dataset.copy).querySelectorAll("li");
    const text = [...codes].map((code) => code.textContent).join("\n");
    const done = await navigator.clipboard.writeText(text).then(() => true, () => false);
    const said = document.getElementById("copied");
    said.textContent = done ? said.dataset.copied : said.dataset.notCopied;
  });
}

showLocalTimes(document);
const timed = document.querySelector("[data-left]");
if (timed) showTimeLeft(timed);
const toKeep = document.querySelector("[data-with-script]");
if (toKeep) offerToKeep(toKeep);
const waiting = document.querySelector("[data-next]");
if (waiting) waitForPhone(waiting);
const requests = document.querySelector("[data-refresh]");
if (requests) waitForRequests(requests);
// Back and Reload lead to a request that has had its answer: what they are looking for is where that answer went.
const finished = document.querySelector("[data-finished]");
const [arrival] = performance.getEntriesByType("navigation");
if (finished && arrival && arrival.type !== "navigate") location.replace(finished.href);
