import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";
import { remote } from "webdriverio";
import { APP, answer, customer, reset } from "../control.mjs";

const ARGUMENTS = ["--headless=new", "--no-sandbox", "--disable-gpu", "--lang=en-US"];
let browser;

before(async () => {
  // A Chromium and a ChromeDriver that are there already; without them WebdriverIO gets its own.
  const driver = process.env.CHROMEDRIVER;
  const binary = process.env.CHROMIUM;
  browser = await remote({
    logLevel: "error",
    capabilities: {
      browserName: "chrome",
      "goog:chromeOptions": { args: ARGUMENTS, ...(binary && { binary }) },
      ...(driver && { "wdio:chromedriverOptions": { binary: driver } }),
    },
  });
});
after(() => browser?.deleteSession());
beforeEach(reset);

const button = (name) => `//button[starts-with(normalize-space(), "${name}")]`;

/** Presses what can be pressed. A page that has just changed may take the element away meanwhile: then it is looked for again. */
async function press(path) {
  await browser.waitUntil(
    async () => {
      for (const element of await browser.$$(path)) {
        if (!(await element.isClickable().catch(() => false))) continue;
        const pressed = await element.click().then(() => true, () => false);
        if (pressed) return true;
      }
      return false;
    },
    { timeout: 20_000, timeoutMsg: `nothing to press: ${path}` },
  );
}

async function fill(label, text) {
  const field = browser.$(`//input[@id = //label[starts-with(normalize-space(), "${label}")]/@for]`);
  await field.waitForDisplayed({ timeout: 20_000 });
  await field.setValue(text);
}

test("a transfer is sent once its customer has confirmed it", async () => {
  await browser.url(APP);
  await press(button("Log in"));
  await fill("Email", customer.email);
  await fill("Password", customer.password);
  await press(button("Continue"));
  await press('//a[normalize-space() = "Pay"]');
  await fill("Payee name", "Ben Example");
  await fill("Pay to (IBAN)", "GB82 WEST 1234 5698 7654 32");
  await fill("Amount", "12.50");
  await press(button("Transfer"));
  await press(button("Confirm transfer"));
  const payment = await answer("approve");
  assert.equal(payment.instructedAmount.amount, "12.50");
  await browser.$('//*[@role = "status"][contains(., "Transfer sent")]').waitForDisplayed({ timeout: 20_000 });
});
