import { expect, test } from "@playwright/test";
import { answer, control, customer, reset } from "../control.mjs";

test.beforeEach(reset);

/** Logs in, and orders 12.50 euros for Ben. */
async function order(page) {
  await page.goto("/");
  await page.getByRole("button", { name: "Log in" }).click();
  await page.getByLabel("Email").fill(customer.email);
  await page.getByLabel("Password").fill(customer.password);
  await page.getByRole("button", { name: "Continue" }).click();
  await page.getByRole("link", { name: "Pay", exact: true }).click();
  await page.getByLabel("Payee name").fill("Ben Example");
  await page.getByLabel("Pay to (IBAN)").fill("GB82 WEST 1234 5698 7654 32");
  await page.getByLabel("Amount").fill("12.50");
  await page.getByRole("button", { name: "Transfer" }).click();
  await page.getByRole("button", { name: /^Confirm transfer/ }).click();
}

test("a transfer is sent once its customer has confirmed it", async ({ page }) => {
  await order(page);
  const payment = await answer("approve");
  expect(payment.instructedAmount).toEqual({ amount: "12.50", currency: "EUR" });
  await expect(page.getByRole("status").filter({ hasText: "Transfer sent" })).toBeVisible();
});

test("a transfer that is denied is not sent", async ({ page }) => {
  await order(page);
  await answer("deny");
  await expect(page.getByRole("alert")).toContainText("No money was moved");
});

test("an answer whose signature is wrong is not used", async ({ page }) => {
  await order(page);
  await control("POST", "faults", { fault: "invalid-sig-rs256" });
  await answer("approve");
  await expect(page.getByRole("alert")).toContainText("No money was moved");
});
