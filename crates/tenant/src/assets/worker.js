// The phone's service worker. It keeps one page, which says that there is no connection, and the style of that page. What a
// customer is asked is kept nowhere.
"use strict";

const KEPT = "phone-offline-1";
const OFFLINE = "/phone/offline";
const PARTS = [OFFLINE, "/assets/tenant.css", "/assets/tenant.js", "/assets/phone.js"];

addEventListener("install", (event) => {
  event.waitUntil(caches.open(KEPT).then((kept) => kept.addAll(PARTS)));
});

addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (request.method !== "GET" || origin !== location.origin) return;
  if (request.mode === "navigate") {
    event.respondWith(fetch(request).catch(() => caches.match(OFFLINE)));
  } else if (PARTS.includes(pathname)) {
    event.respondWith(fetch(request).catch(() => caches.match(pathname)));
  }
});
