// The phone's service worker. It keeps one page, which says that there is no connection, and the style of that page; and it shows
// the messages that tell of requests. What a customer is asked is kept nowhere.
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

// Every message is shown: browsers allow no others.
addEventListener("push", (event) => {
  const { title, body, tag, address } = event.data.json();
  const shown = { body, tag, icon: "/assets/icon-192.png", data: { address } };
  event.waitUntil(registration.showNotification(title, shown));
});

/** The page that is open goes to the request; without one, a page is opened. */
async function show(address) {
  const open = await clients.matchAll({ type: "window", includeUncontrolled: true });
  const phone = open.find((client) => new URL(client.url).pathname.startsWith("/phone"));
  if (!phone) return clients.openWindow(address);
  await phone.focus();
  return phone.navigate(address);
}

addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(show(event.notification.data.address));
});
