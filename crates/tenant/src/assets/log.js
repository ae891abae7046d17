// The pages of the log stay as they are served when there is no script. With one, times are local, and what is new
// appears by itself: the server holds a request until there is something (200), or for a while (204).
"use strict";

const pause = (seconds) => new Promise((resume) => setTimeout(resume, seconds * 1000));
const live = document.querySelector("[data-live]");
let stopped = false;
let goOn = () => {};

function say(text) {
  const said = live.querySelector("[data-said]");
  // Said once, and not at every change: a screen reader would not stop.
  if (said.textContent !== text) said.textContent = text;
}

function showLocalTimes(part) {
  for (const time of part.querySelectorAll("time:not([title])")) {
    const moment = new Date(time.dateTime);
    const today = moment.toDateString() === new Date().toDateString();
    time.title = time.textContent;
    time.textContent = today
      ? moment.toLocaleTimeString([], { hour: "2-digit", minute: "2-digit", second: "2-digit" })
      : moment.toLocaleString();
  }
}

/** Makes `old` look like `fresh` and leaves what is the same alone: where the reader is, and what they have opened. */
function adopt(old, fresh) {
  const before = new Map([...old.children].filter((child) => child.id).map((child) => [child.id, child]));
  const kept = [...fresh.children].map((child) => {
    const known = child.id && before.get(child.id);
    if (!known) return child;
    if (known.dataset.as === child.dataset.as) return known;
    if (child.id === "list") {
      adopt(known, child);
      known.dataset.as = child.dataset.as;
      return known;
    }
    return child;
  });
  const focused = document.activeElement?.closest("[id]")?.id;
  const inside = old.contains(document.activeElement);
  const same = kept.length === old.children.length && kept.every((child, at) => child === old.children[at]);
  if (!same) {
    let place = old.firstElementChild;
    for (const child of kept) {
      if (child === place) place = place.nextElementSibling;
      else old.insertBefore(child, place);
    }
    while (place) {
      const next = place.nextElementSibling;
      place.remove();
      place = next;
    }
  }
  // What had the focus was replaced: the same place in its successor has it now.
  if (inside && !old.contains(document.activeElement) && focused) {
    document.getElementById(focused)?.querySelector("a, summary")?.focus({ preventScroll: true });
  }
}

/** Remembers what each part was served as, since times are shown otherwise. */
function mark(content) {
  for (const part of content.querySelectorAll("[id]")) part.dataset.as = part.outerHTML;
}

async function follow() {
  const content = document.getElementById("content");
  for (let failures = 0; ; ) {
    if (stopped) {
      await new Promise((resume) => (goOn = resume));
      continue;
    }
    try {
      const answer = await fetch(content.dataset.wait, { cache: "no-store" });
      if (answer.status >= 400) throw new Error(`status ${answer.status}`);
      if (answer.status !== 204 && !stopped) {
        const page = await fetch(location.href, { cache: "no-store" });
        if (!page.ok) throw new Error(`status ${page.status}`);
        const fresh = new DOMParser().parseFromString(await page.text(), "text/html");
        const news = fresh.getElementById("content");
        if (!news || stopped) continue;
        mark(news);
        showLocalTimes(news);
        adopt(content, news);
        content.dataset.wait = news.dataset.wait;
        document.title = fresh.title;
        // Events come in bursts: one look at all of them.
        await pause(0.3);
      }
      failures = 0;
      if (!stopped) say("Live");
    } catch {
      failures += 1;
      if (failures > 1) say("The connection was lost. Trying again…");
      await pause(Math.min(2 ** failures / 2, 15));
    }
  }
}

const content = document.getElementById("content");
mark(content);
showLocalTimes(document);
if (live && content.dataset.wait) {
  live.hidden = false;
  const button = live.querySelector("[data-pause]");
  button.addEventListener("click", () => {
    stopped = !stopped;
    button.setAttribute("aria-pressed", String(stopped));
    say(stopped ? "Paused" : "Live");
    if (!stopped) goOn();
  });
  follow();
}
