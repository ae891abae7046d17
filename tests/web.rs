//! The pages in a real browser, mounted with any view: what people and assistive technology find there.
#![cfg(target_arch = "wasm32")]
#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod page;
mod states;

use page::Page;
use riser::intent::Intent;
use stepup::{
    domain::{Field, Message, Place},
    view::{FieldView, Screen, TransferView, View},
};
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};

wasm_bindgen_test_configure!(run_in_browser);

fn state(name: &str) -> View {
    states::named(name).unwrap_or_else(|| panic!("no state {name:?}"))
}

/// Changes the form of a view that shows one.
fn with_form(mut view: View, change: impl FnOnce(&mut FieldView, &mut FieldView)) -> View {
    if let Screen::Account(account) = &mut view.screen
        && let TransferView::Form(form) = &mut account.transfer
    {
        change(&mut form.payee, &mut form.amount);
    }
    view
}

#[wasm_bindgen_test]
async fn every_state_has_heading_and_landmarks() {
    for name in states::NAMES.into_iter().filter(|name| *name != "starting") {
        let page = Page::show(state(name)).await;
        assert_eq!(page.count("h1"), 1, "{name}: one h1");
        assert!(page.text("h1").len() > 5, "{name}: a heading with words");
        assert_eq!((page.count("header"), page.count("main")), (1, 1), "{name}: landmarks");
        assert!(page.text("main").len() > 20, "{name}: blank");
    }
}

#[wasm_bindgen_test]
async fn every_state_offers_a_next_step() {
    for name in states::NAMES.into_iter().filter(|name| *name != "starting") {
        let page = Page::show(state(name)).await;
        let waiting = page.count("main [role=status]") > 0;
        let explained = page.count("main [role=alert]") > 0;
        // From a page that has nothing to press, the navigation leads on.
        let leads_on = page.texts("nav a").first().is_some_and(|link| link == "Home");
        assert!(page.count("main button") > 0 || leads_on || waiting || explained, "{name} is a dead end");
    }
}

#[wasm_bindgen_test]
async fn ids_and_button_names_are_unique() {
    for name in states::NAMES {
        let page = Page::show(state(name)).await;
        let ids = page.attributes("[id]", "id");
        let mut unique = ids.clone();
        unique.sort();
        unique.dedup();
        assert_eq!(unique.len(), ids.len(), "{name}: ids {ids:?}");
        for reference in ["for", "aria-labelledby"] {
            for id in page.attributes(&["[", reference, "]"].concat(), reference) {
                assert!(ids.contains(&id), "{name}: {reference}={id} leads nowhere");
            }
        }
        let mut buttons = page.texts("button");
        buttons.sort();
        let all = buttons.len();
        buttons.dedup();
        assert_eq!(buttons.len(), all, "{name}: two buttons of one name");
    }
}

#[wasm_bindgen_test]
async fn shell_stays_until_first_screen() {
    let shell = page::put_shell();
    let page = Page::show(state("starting")).await;
    assert!(shell.is_connected(), "the shell is all that there is to see");
    assert_eq!(page.text("*"), "");

    page.change(state("signed-out")).await;
    assert!(!shell.is_connected(), "the page has taken its place");
    assert_eq!(page.texts("button"), ["Log in"]);
}

#[wasm_bindgen_test]
async fn balance_follows_locale() {
    let page = Page::show(state("account")).await;
    assert_eq!(page.text("[data-testid=balance]"), page::in_locale(2500.0, "EUR"));
    assert!(page.text(".balance").contains("DE89 3704 0044 0532 0130 00"));
}

#[wasm_bindgen_test]
async fn outgoing_and_incoming_entries_differ() {
    let page = Page::show(state("account")).await;
    let entries = page.texts(".entry");
    assert_eq!(entries.len(), 3);
    assert!(entries[0].contains("Sent to City Energy"), "{entries:?}");
    assert!(entries[1].contains("Received from Ben Example"), "{entries:?}");
    let amounts = page.texts(".entry-amount");
    assert!(amounts[0].contains('-') && amounts[0].contains("89"), "{amounts:?}");
    assert!(amounts[1].contains('+') && amounts[1].contains("42"), "{amounts:?}");
}

/// Proves: form-autofill
#[wasm_bindgen_test]
async fn fields_have_labels_and_help() {
    let page = Page::show(state("pay")).await;
    assert_eq!(page.texts("label"), ["Payee name", "Pay to (IBAN)", "Amount", "Reference"]);
    assert_eq!(page.attributes("input", "inputmode"), ["text", "text", "decimal", "text"]);
    assert_eq!(page.attributes("input", "autocorrect"), ["off"; 4]);
    assert_eq!(page.attributes("input", "autocapitalize"), ["words", "characters", "off", "sentences"]);
    assert_eq!(page.attributes("input", "dir"), ["auto", "ltr", "ltr", "auto"]);
    assert!(page.described("#reference").contains("at most 140 characters"));
}

#[wasm_bindgen_test]
async fn typing_keeps_focus_and_caret() {
    let page = Page::show(state("pay")).await;
    let amount = page.input("#amount");
    amount.focus().unwrap();
    page::type_into(&amount, "1250");
    assert_eq!(page.intents(), [Intent::Edited(Field::Amount, "1250".into())]);

    amount.set_selection_range(2, 2).unwrap();
    page.change(with_form(state("pay"), |_, amount| amount.text = "1250".into())).await;
    assert!(page::has_focus(&amount), "the field was replaced while somebody typed");
    assert_eq!(amount.value(), "1250");
    assert_eq!(amount.selection_start().unwrap(), Some(2), "the caret jumped");

    amount.blur().unwrap();
    assert_eq!(page.intents().last(), Some(&Intent::Left(Field::Amount)));
    page.change(with_form(state("pay"), |_, amount| amount.text = "1,250.00".into())).await;
    assert_eq!(amount.value(), "1,250.00", "what is left is written properly");
}

/// Proves: input-not-cut
#[wasm_bindgen_test]
async fn pasted_text_is_not_cut() {
    let page = Page::show(state("pay")).await;
    assert_eq!(page.attributes("input", "maxlength"), [""; 0]);
    let pasted = [" ".repeat(20), "1234.56".into()].concat();
    let reference = "x".repeat(1000);
    page::paste_into(&page.input("#amount"), &pasted);
    page::paste_into(&page.input("#reference"), &reference);
    let mut edited = page.intents();
    edited.retain(|intent| matches!(intent, Intent::Edited(..)));
    // `change` tells it once more, because nobody has shown the page what `input` told.
    edited.dedup();
    assert_eq!(edited, [Intent::Edited(Field::Amount, pasted), Intent::Edited(Field::Reference, reference)]);
}

/// Proves: form-autofill
#[wasm_bindgen_test]
async fn autofilled_text_is_taken() {
    let page = Page::show(state("pay")).await;
    page::fill_in(&page.input("#payee"), "GB82WEST12345698765432");
    assert_eq!(page.intents(), [Intent::Edited(Field::Payee, "GB82WEST12345698765432".into())]);

    // After typing both events come, and one of them tells something.
    page.change(with_form(state("pay"), |_, amount| amount.text = "1250".into())).await;
    page::fill_in(&page.input("#amount"), "1250");
    assert_eq!(page.intents().len(), 1, "{:?}", page.intents());
}

/// Proves: reference-display
#[wasm_bindgen_test]
async fn long_reference_stays_in_its_box() {
    let mut view = state("sending");
    if let Screen::Account(account) = &mut view.screen
        && let TransferView::Sending { receipt, .. } = &mut account.transfer
    {
        receipt.reference = ["שכר דירה ", &"Z\u{321}\u{362}\u{334}\u{301}".repeat(20)].concat();
    }
    let page = Page::show(view).await;
    let style = |property| page.style(".receipt > div:nth-child(3) dd", property);
    assert_eq!(style("overflow"), "clip", "marks draw over what stands above");
    assert_eq!(style("unicode-bidi"), "plaintext", "its direction is its own");
    let account = Page::show(state("account")).await;
    assert_eq!(account.style(".entry-reference", "overflow"), "clip");
    assert_eq!(account.style(".entry-reference", "unicode-bidi"), "plaintext");
}

#[wasm_bindgen_test]
async fn field_error_is_announced() {
    let page = Page::show(state("form-errors")).await;
    assert_eq!(page.attributes("input", "aria-invalid"), ["false", "true", "true", "false"]);
    assert_eq!(page.count(".field [role=alert]"), 2);
    assert!(page.described("#payee").contains("This IBAN isn't right"));
    assert!(page.described("#amount").contains("2 decimals at most"));
    assert!(!page.described("#reference").contains("decimals"));
}

#[wasm_bindgen_test]
async fn field_error_shifts_no_layout() {
    let page = Page::show(state("form")).await;
    let before = page.top("button[type=submit]");
    page.change(state("form-errors")).await;
    assert!(
        (page.top("button[type=submit]") - before).abs() < 1.0,
        "the button moved from under the pointer"
    );
}

#[wasm_bindgen_test]
async fn refused_form_focuses_first_error() {
    let page = Page::show(state("pay")).await;
    page.answer(
        Intent::Review,
        with_form(state("pay"), |_, amount| amount.error = Some(states::not_a_number())),
    );
    page.submit();
    page::drawn().await;
    assert_eq!(page.intents(), [Intent::Review]);
    assert!(page::has_focus(&page.input("#amount")));
}

#[wasm_bindgen_test]
async fn buttons_send_their_intents() {
    for (name, button, intent) in [
        ("signed-out", "Log in", Intent::LogIn),
        ("account", "Log out", Intent::LogOut),
        ("review", "Confirm transfer", Intent::Confirm),
        ("review", "Cancel", Intent::Cancel),
        ("leaving", "Continue", Intent::Proceed),
        ("leaving", "Cancel", Intent::Cancel),
        ("interrupted", "Check it again", Intent::Review),
        ("interrupted", "Cancel", Intent::Cancel),
        ("done", "Make another transfer", Intent::Dismiss),
        ("denied", "Change the transfer", Intent::Dismiss),
        ("unknown", "Ask again", Intent::AskAgain),
        ("api-down", "Try again", Intent::TryAgain),
        ("provider-down", "Log in", Intent::LogIn),
        ("session-over", "Log in", Intent::LogIn),
    ] {
        let page = Page::show(state(name)).await;
        page.press(button);
        assert_eq!(page.intents(), [intent], "{name}: {button}");
    }
}

#[wasm_bindgen_test]
async fn places_have_links_and_titles() {
    for (name, current, title) in [
        ("account", "Home", "Your account – Riser"),
        ("pay", "Pay", "Pay – Riser"),
        ("review", "Pay", "Check this payment – Riser"),
        ("payments", "Payments", "Payments – Riser"),
        ("payment", "Payments", "Payment – Riser"),
        ("statements", "Statements", "Statements – Riser"),
        ("signed-out", "", "Riser"),
    ] {
        let page = Page::show(state(name)).await;
        assert_eq!(page.text("nav [aria-current=page]"), current, "{name}");
        assert_eq!(page::title(), title, "{name}");
    }
    let page = Page::show(state("account")).await;
    assert_eq!(page.attributes("nav a", "href"), ["/", "/pay", "/payments", "/statements"]);
    page.follow("nav a[href='/pay']");
    page.follow(".entry a");
    assert_eq!(
        page.intents(),
        [Intent::Visit(Place::Pay), Intent::Visit(Place::Payment("3".into()))],
        "the page is not loaded anew"
    );
}

#[wasm_bindgen_test]
async fn transfer_under_way_is_told_elsewhere() {
    let page = Page::show(state("transfer-elsewhere")).await;
    assert_eq!(page.text("[aria-live=polite] a[href='/pay/check']"), "Sending your transfer");
    page.change(state("sending")).await;
    assert_eq!(page.count("[aria-live=polite] a"), 0, "the page tells it");
}

#[wasm_bindgen_test]
async fn receipt_is_the_same_at_every_step() {
    let expected = [
        page::in_locale(1234.5, "EUR").as_str(),
        "FR14 2004 1010 0505 0001 3M02 606",
        "Invoice 2025-117, electricity",
    ]
    .map(str::to_owned);
    for name in [
        "review",
        "sending",
        "leaving",
        "interrupted",
        "returning",
        "sending-again",
        "done",
        "already-done",
        "denied",
        "unknown-asking",
        "unknown",
    ] {
        let page = Page::show(state(name)).await;
        assert_eq!(page.texts(".receipt dd > span")[..3], expected, "{name}");
    }
}

#[wasm_bindgen_test]
async fn results_are_statuses_and_failures_are_alerts() {
    for (name, role, words) in [
        ("leaving", "status", "Please confirm this on your phone."),
        (
            "unknown-asking",
            "status",
            "We do not know yet whether this went through. We're checking this payment.",
        ),
        ("done", "status", "Transfer sent"),
        ("already-done", "status", "It was not done a second time."),
        ("logged-out", "status", "You are logged out."),
        ("denied", "alert", "No money was moved."),
        ("refused", "alert", "not enough money"),
        ("unknown", "alert", "There is no connection to the bank at the moment."),
        ("api-down", "alert", "We can't reach the bank"),
        ("wrong-configuration", "alert", "This page is not set up correctly"),
        ("session-over", "alert", "what you typed is kept"),
    ] {
        let page = Page::show(state(name)).await;
        let said = page.texts(&["[role=", role, "]"].concat()).join(" | ");
        assert!(said.contains(words), "{name}: {role} says {said:?}");
    }
}

#[wasm_bindgen_test]
async fn failure_shows_its_code() {
    for (name, code) in [("denied", "provider.access_denied"), ("wrong-configuration", "config.invalid")] {
        let page = Page::show(state(name)).await;
        assert!(page.text("details").contains(code), "{name}");
        assert_eq!(page.count("details[open]"), 0, "{name}: folded away");
    }
}

#[wasm_bindgen_test]
async fn step_announcements_share_one_region() {
    let page = Page::show(state("review")).await;
    let region = page.element(".transfer [role=status]");
    for name in ["sending", "leaving", "unknown-asking", "done"] {
        page.change(state(name)).await;
        assert!(region.is_connected(), "{name}: a new region would not be announced");
    }
    assert!(region.text_content().unwrap().contains("Transfer sent"));
}

#[wasm_bindgen_test]
async fn focus_follows_steps() {
    let page = Page::show(state("signed-out")).await;
    assert_eq!(page::focused(), "BODY", "after loading the browser starts at the top");
    page.change(state("account")).await;
    assert_eq!(page::focused(), "account-heading");

    page.change(state("pay")).await;
    assert_eq!(page::focused(), "transfer-heading");
    let reference = page.input("#reference");
    reference.focus().unwrap();
    page.change(state("form")).await;
    page.change(state("session-ends-soon")).await;
    assert!(page::has_focus(&reference), "news about the rest of the page took the focus away");

    for name in ["review", "sending", "leaving", "pay"] {
        page.change(state(name)).await;
        assert_eq!(page::focused(), "transfer-heading", "{name}");
    }
    for name in ["payments", "payment", "account", "statements"] {
        page.change(state(name)).await;
        assert!(page::has_focus(&page.element("h1")), "{name}: {}", page::focused());
    }
}

#[wasm_bindgen_test]
async fn restored_transfer_gets_focus() {
    let page = Page::show(state("starting")).await;
    page.change(state("done")).await;
    assert_eq!(page::focused(), "transfer-heading");
}

#[wasm_bindgen_test]
async fn offline_banner_comes_and_goes() {
    let page = Page::show(state("account")).await;
    assert!(!page.text("[aria-live=polite]").contains("offline"));
    page.change(state("offline")).await;
    assert!(page.text("[aria-live=polite]").contains("You are offline."));
    page.change(state("account")).await;
    assert!(!page.text("[aria-live=polite]").contains("offline"));
}

#[wasm_bindgen_test]
async fn missing_history_leaves_no_section() {
    let page = Page::show(state("bank-without-list")).await;
    assert_eq!(page.count(".activity"), 0);
    assert_eq!(page.text("[data-testid=balance]"), "Your balance is 2,500.00.");
}

#[wasm_bindgen_test]
async fn loaded_account_shifts_no_layout() {
    let page = Page::show(state("loading")).await;
    let before = page.top(".activity");
    page.change(state("account")).await;
    assert!((page.top(".activity") - before).abs() < 1.0, "{before} {}", page.top(".activity"));
}

#[wasm_bindgen_test]
async fn no_inline_styles() {
    for name in states::NAMES {
        let page = Page::show(state(name)).await;
        assert_eq!(
            page.count("[style], [onclick], style, script"),
            0,
            "{name}: a strict policy would forbid it"
        );
    }
}

/// All that is written on the page, as a translator leaves it.
fn written(page: &Page) -> (String, Vec<String>) {
    let plain = |text: String| text.replace(['«', '»'], "");
    let buttons = page.texts("button").into_iter().map(plain);
    (plain(page.texts("header, main").join("\n")), buttons.collect())
}

/// Proves: translated-page
#[wasm_bindgen_test]
async fn translated_page_is_updated() {
    let names: Vec<_> = states::NAMES.into_iter().filter(|name| *name != "starting").collect();
    let mut expected = Vec::new();
    for name in &names {
        expected.push(written(&Page::show(state(name)).await));
    }
    let page = Page::show(state("signed-out")).await;
    page.translate();
    assert!(page.text("button").contains('«'), "it is translated");
    // Each state after six others: the next, the one before, and some from far away.
    for stride in [1, 3, 7, 13, 39, 45] {
        for step in 0..names.len() {
            let at = step * stride % names.len();
            page.change_quickly(state(names[at])).await;
            assert_eq!(written(&page), expected[at], "{}, stride {stride}", names[at]);
            assert!(page.text("h1").contains('«'), "{}: the translator goes on", names[at]);
        }
    }
}

/// Proves: translated-form
#[wasm_bindgen_test]
async fn translated_form_shows_errors_and_keeps_text() {
    let page = Page::show(state("pay")).await;
    page.translate();
    let amount = page.input("#amount");
    amount.focus().unwrap();
    let empty = Message { id: "amount.empty", arguments: vec![("example", "12.50".to_owned())] };
    let errors = [
        (empty, "Enter an amount, for example 12.50."),
        (states::not_a_number(), "Use digits with 2 decimals at most, for example 12.50."),
    ];
    for (error, sentence) in errors {
        let view = with_form(state("pay"), |_, amount| {
            "1,23".clone_into(&mut amount.text);
            amount.error.replace(error);
        });
        page.change(view).await;
        assert_eq!(page.text(".error"), ["«", sentence, "»"].concat());
        assert!(page::has_focus(&amount), "the field was replaced while somebody typed");
        assert_eq!(amount.value(), "1,23");
    }
    page.change(state("pay")).await;
    assert_eq!(page.count(".error"), 0);
}

/// Proves: focus-kept
#[wasm_bindgen_test]
async fn focus_survives_redraw() {
    let page = Page::show(state("account")).await;
    page.change(state("statements-loading")).await;
    let heading = page.element("h1");
    assert!(page::has_focus(&heading));
    page.change(state("statements")).await;
    assert!(page::has_focus(&page.element("h1")), "the focus fell back to {}", page::focused());

    page.change(state("unknown-asking")).await;
    assert_eq!(page::focused(), "transfer-heading");
    page.change(state("unknown")).await;
    assert_eq!(page::focused(), "transfer-heading", "the same step, with more to say");
}
