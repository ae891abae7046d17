//! What a customer does, step by step, in the words of the page.

use e2e::{
    Page, TestContext, TestError, TestFailure, eventually,
    people::{ADA, BEN, PASSWORD, Person},
    phone::Phone,
    provider_pages::{enter_password, number_on},
    server::{Exchange, Gate},
};

/// A transfer as it is typed, and as the bank has to see it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Order {
    /// Nothing where nobody asks for it.
    pub(crate) name: &'static str,
    pub(crate) payee: &'static str,
    pub(crate) amount: &'static str,
    pub(crate) minor: i64,
    pub(crate) reference: &'static str,
}

/// 12.50 from Ada to Ben.
pub(crate) const RENT: Order =
    Order { name: BEN.name, payee: BEN.iban, amount: "12.50", minor: 1_250, reference: "Rent, November" };

/// The same without a name, at an API that has two endpoints.
pub(crate) const UNNAMED_RENT: Order = Order { name: "", ..RENT };

pub(crate) const WELCOME: &str = "Your money moves only when you say so.";

/// Opens the page and waits until it works.
pub(crate) async fn open(context: &TestContext) -> Result<(), TestError> {
    context.page.open(&context.servers.app.at("/")).await?;
    context.page.heading(WELCOME).appears().await
}

/// From the welcome page to the provider's log-in page.
pub(crate) async fn leave_to_log_in(context: &TestContext) -> Result<(), TestError> {
    open(context).await?;
    context.page.button("Log in").click().await?;
    context.page.heading("Log in").appears().await
}

/// The switch in the configuration that makes Riser use the code flow.
pub(crate) fn code_flow(config: &mut serde_json::Value) {
    config["flow"] = "code".into();
}

/// From nothing to the balance.
pub(crate) async fn log_in(context: &TestContext, person: Person) -> Result<(), TestError> {
    leave_to_log_in(context).await?;
    enter_password(&context.page, person.email, PASSWORD).await?;
    sees_balance(&context.page, person.opening).await
}

/// Waits until the balance is that.
pub(crate) async fn sees_balance(page: &Page, minor: i64) -> Result<(), TestError> {
    page.test_id("balance").reads(&euros(minor)).await.map(drop)
}

/// As an English page shows it: `€2,500.00`.
pub(crate) fn euros(minor: i64) -> String {
    let units = (minor / 100).to_string();
    let mut grouped = String::new();
    for (at, digit) in units.chars().enumerate() {
        if at > 0 && (units.len() - at).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    format!("€{grouped}.{:02}", minor % 100)
}

/// In groups of four, as receipts show it.
pub(crate) fn grouped(iban: &str) -> String {
    iban.as_bytes().chunks(4).map(String::from_utf8_lossy).collect::<Vec<_>>().join(" ")
}

/// Goes to the form, from anywhere in the client.
pub(crate) async fn open_pay_form(page: &Page) -> Result<(), TestError> {
    page.link("Pay").click().await?;
    page.field("Pay to (IBAN)").appears().await
}

/// Fills the form.
pub(crate) async fn type_order(page: &Page, order: Order) -> Result<(), TestError> {
    open_pay_form(page).await?;
    if !order.name.is_empty() {
        page.field("Payee name").fill(order.name).await?;
    }
    page.field("Pay to (IBAN)").fill(order.payee).await?;
    page.field("Amount").fill(order.amount).await?;
    page.field("Reference").fill(order.reference).await
}

/// Fills the form and looks at what will be sent.
pub(crate) async fn review(page: &Page, order: Order) -> Result<(), TestError> {
    type_order(page, order).await?;
    page.button("Transfer").click().await?;
    page.button("Confirm transfer").appears().await?;
    let seen = page.everything().text().await?;
    for part in [grouped(order.payee), euros(order.minor), order.reference.to_owned()] {
        if !seen.contains(&part) {
            return Err(TestError::permanent(format!("the confirmation does not show {part:?}: {seen:?}")));
        }
    }
    Ok(())
}

/// Fills the form and confirms; ends at the provider's waiting page, with its number.
pub(crate) async fn ask_for_step_up(page: &Page, order: Order) -> Result<String, TestError> {
    review(page, order).await?;
    page.button("Confirm transfer").click().await?;
    // The sentence in between stands for a second: who wants to see it keeps the page there, see below.
    number_on(page).await
}

/// Confirms what the page shows, there and on the phone; ends with the receipt.
pub(crate) async fn confirm_everywhere(page: &Page, phone: &Phone) -> Result<(), TestError> {
    page.button("Confirm transfer").click().await?;
    let number = number_on(page).await?;
    phone.choose(&number).await?;
    page.status().reads("Transfer sent").await?;
    Ok(())
}

/// Confirms a transfer and keeps the page between the bank's refusal and the provider: it has to ask for the provider's
/// addresses anew, and gets no answer until the gate is opened.
pub(crate) async fn stay_before_leaving(context: &TestContext) -> Result<Gate, TestError> {
    let TestContext { servers, page, .. } = context;
    page.reload().await?;
    sees_balance(page, ADA.opening).await?;
    review(page, RENT).await?;
    page.forget_files().await?;
    let gate = servers.tenant.when(|request| request.path.starts_with("/.well-known/openid")).hold();
    page.button("Confirm transfer").click().await?;
    page.status().reads("Please confirm this on your phone.").await?;
    gate.wait_until_reached().await?;
    Ok(gate)
}

/// Ada's phone, in a second window.
pub(crate) async fn phone(context: &TestContext) -> Result<Phone, TestError> {
    Phone::of(ADA, context.browser.new_window().await?, &context.servers).await
}

/// Ada is logged in, her phone is paired, and the provider waits for it.
pub(crate) async fn at_the_provider(context: &TestContext) -> Result<(Phone, String), TestError> {
    let phone = phone(context).await?;
    log_in(context, ADA).await?;
    let number = ask_for_step_up(&context.page, RENT).await?;
    Ok((phone, number))
}

/// A whole transfer, to its receipt.
pub(crate) async fn transfer(context: &TestContext) -> Result<(), TestError> {
    let (phone, number) = at_the_provider(context).await?;
    phone.choose(&number).await?;
    context.page.status().reads("Transfer sent").await.map(drop)
}

/// The code that support can search for, below a problem.
pub(crate) async fn code(page: &Page) -> Result<String, TestError> {
    eventually("a code among the details", async || {
        let code = page.evaluate("document.querySelector('details code')?.textContent ?? ''").await?;
        match code.as_str() {
            Some(code) if !code.is_empty() => Ok(code.to_owned()),
            _ => Err(TestError::transient("there is none")),
        }
    })
    .await
}

/// The token of the transfer that the bank accepted: it was good for that one.
pub(crate) fn single_use_token(context: &TestContext) -> Result<e2e::Token, TestError> {
    let accepted =
        context.servers.api().matching(|request| is_transfer(request) && request.was_handled_with(201));
    let token = accepted.first().and_then(|request| request.token.clone());
    token.ok_or_else(|| TestError::permanent("no transfer was accepted"))
}

/// Somebody who got hold of the token of a transfer that was made cannot send another with it.
pub(crate) async fn is_good_for_no_other(
    context: &TestContext,
    expected: u16,
    error: &str,
) -> Result<(), TestError> {
    let token = single_use_token(context)?;
    let body = serde_json::json!({
        "payee": RENT.payee, "amount": { "amount": 1, "currency": "EUR" }, "reference": "again"
    });
    let answer = reqwest::Client::new()
        .post(context.servers.api().at("/transfer"))
        .header("Authorization", token.header())
        .header("Idempotency-Key", "6f0c1d9e-6d0a-4c52-9a38-0d9a7a3d0c11")
        .json(&body)
        .send()
        .await?;
    let status = answer.status().as_u16();
    let challenge =
        answer.headers().get("www-authenticate").and_then(|value| value.to_str().ok()).unwrap_or_default();
    if status == expected && challenge.contains(error) {
        Ok(())
    } else {
        Err(TestError::permanent(format!("the token is answered {status} with {challenge:?}")))
    }
}

pub(crate) fn is_transfer(request: &Exchange) -> bool {
    request.is("POST", "/transfer")
}

pub(crate) fn is_webassembly(request: &Exchange) -> bool {
    request.path.rsplit('.').next() == Some("wasm")
}

pub(crate) fn is_balance(request: &Exchange) -> bool {
    request.is("GET", "/balance")
}

/// Nothing was moved: the books are as they were opened.
pub(crate) async fn nothing_was_moved(context: &TestContext) -> Result<(), TestFailure> {
    assert_eq!(context.servers.transfers_made().await?, 0);
    assert_eq!(context.servers.balance_of(ADA).await?, ADA.opening);
    assert_eq!(context.servers.balance_of(BEN).await?, BEN.opening);
    Ok(())
}

/// One transfer was carried out, once.
pub(crate) async fn rent_was_paid_once(context: &TestContext) -> Result<(), TestFailure> {
    assert_eq!(context.servers.transfers_made().await?, 1);
    assert_eq!(context.servers.balance_of(ADA).await?, ADA.opening - RENT.minor);
    assert_eq!(context.servers.balance_of(BEN).await?, BEN.opening + RENT.minor);
    Ok(())
}
