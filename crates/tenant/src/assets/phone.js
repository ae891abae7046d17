// The phone's pages: can be installed, and say so when there is no connection.
"use strict";

navigator.serviceWorker?.register("/phone/worker.js", { scope: "/phone" }).catch(() => {});

const again = document.querySelector("[data-when-online]");
if (again) addEventListener("online", () => location.replace(again.href));
