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

const field = (label) => browser.$(`//input[@id = //label[starts-with(normalize-space(), "${label}")]/@for]`);
const button = (name) => browser.$(`//button[starts-with(normalize-space(), "${name}")]`);

async function press(element) {
  await element.waitForClickable();
  await element.click();
}

test("a transfer is sent once its customer has confirmed it", async () => {
  await browser.url(APP);
  await press(button("Log in"));
  await field("Email").setValue(customer.email);
  await field("Password").setValue(customer.password);
  await press(button("Continue"));
  await press(browser.$("=Pay"));
  await field("Pay to (IBAN)").setValue("GB82 WEST 1234 5698 7654 32");
  await field("Amount").setValue("12.50");
  await press(button("Transfer"));
  await press(button("Confirm transfer"));
  const payment = await answer("approve");
  assert.equal(payment.instructedAmount.amount, "12.50");
  await browser.$('//*[@role = "status"][contains(., "Transfer sent")]').waitForDisplayed();
});
