import { defineConfig } from "@playwright/test";
import { APP } from "../control.mjs";

// A Chromium that is there already; without it the one that `npx playwright install chromium` gets.
const executablePath = process.env.CHROMIUM;

export default defineConfig({
  testMatch: "*.spec.js",
  workers: 1,
  reporter: "list",
  use: { baseURL: APP, locale: "en-US", launchOptions: executablePath ? { executablePath } : {} },
});
