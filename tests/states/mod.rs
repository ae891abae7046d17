//! Every state that the page can be in, by name: what the browser tests mount and what the gallery shows.

use stepup::{
    domain::{CheckedName, Iban, Message, Money, NameCheck, Payee, Place, Problem, Receipt},
    view::{
        AccountView, Action, BalanceView, DoneView, Failure, FieldView, FormView, HistoryView, Loadable,
        NameCheckView, Notice, OlderStatements, PastTransfer, PayeesStatus, PayeesView, PaymentFilter,
        PaymentsView, Screen, SessionView, Statement, StatementsContent, StatementsPage, TransferView, View,
    },
};

/// The names, in the order in which a customer may meet them.
pub(crate) const NAMES: [&str; 63] = [
    "starting",
    "signed-out",
    "logged-out",
    "session-ended",
    "logged-out-elsewhere",
    "logged-out-while-sending",
    "logged-out-left-alone",
    "logged-out-by-phone",
    "leaving-to-log-in",
    "signing-in",
    "loading",
    "empty-history",
    "account",
    "bank-without-list",
    "transfer-elsewhere",
    "payments",
    "payments-none",
    "payments-searching",
    "payment",
    "pay",
    "form",
    "form-errors",
    "form-summary",
    "name-close",
    "review",
    "review-named",
    "sending",
    "leaving",
    "interrupted",
    "returning",
    "sending-again",
    "done",
    "payee-saved",
    "done-by-sample",
    "already-done",
    "denied",
    "refused",
    "granted-less",
    "someone-else",
    "unknown-asking",
    "unknown",
    "unknown-silent",
    "never-arrived",
    "differs",
    "offline",
    "api-down",
    "history-down",
    "provider-down",
    "statements-leaving",
    "statements-loading",
    "statements",
    "statements-empty",
    "statements-not-offered",
    "statements-failed",
    "statements-older",
    "statements-older-loading",
    "statements-older-failed",
    "session-ends-soon",
    "session-over",
    "left-alone",
    "session-over-empty",
    "log-in-demanded",
    "wrong-configuration",
];

/// The view of a name.
pub(crate) fn named(name: &str) -> Option<View> {
    let screen = match name {
        "starting" => Screen::Starting,
        "signed-out" => Screen::SignedOut { notice: None },
        "logged-out" => Screen::SignedOut { notice: Some(Notice::LoggedOut) },
        "session-ended" => Screen::SignedOut { notice: Some(Notice::SessionOver) },
        "logged-out-elsewhere" => Screen::SignedOut { notice: Some(Notice::LoggedOutElsewhere) },
        "logged-out-left-alone" => Screen::SignedOut { notice: Some(Notice::LeftAlone) },
        "logged-out-by-phone" => Screen::SignedOut { notice: Some(Notice::Reported) },
        "logged-out-while-sending" => Screen::SignedOut { notice: Some(Notice::LoggedOutWhileSending) },
        "leaving-to-log-in" => Screen::LeavingToLogIn,
        "signing-in" => Screen::SigningIn,
        "provider-down" => failed("provider.unreachable", Some(Action::LogIn)),
        "wrong-configuration" => failed("config.invalid", None),
        _ => match statements_named(name) {
            Some(content) => {
                let older = match name {
                    "statements-older" => OlderStatements::Offered,
                    "statements-older-loading" => OlderStatements::Loading,
                    "statements-older-failed" => OlderStatements::Failed(problem("api.unreachable")),
                    _ => OlderStatements::None,
                };
                Screen::Statements(Box::new(StatementsPage { content, older, session: SessionView::Open }))
            }
            None => Screen::Account(Box::new(account_named(name)?)),
        },
    };
    let place = match &screen {
        Screen::Statements(_) => Place::Statements,
        Screen::Account(account) => place_of(name, account),
        _ => Place::Home,
    };
    let log_out_in = (name == "left-alone").then_some(42);
    Some(View { screen, place, online: name != "offline", log_out_in })
}

fn place_of(name: &str, account: &AccountView) -> Place {
    match (name, &account.transfer) {
        ("payments" | "payments-none" | "payments-searching", _) => Place::Payments,
        ("payment", _) => Place::Payment("2".to_owned()),
        (_, TransferView::Form(_)) if account.shows_transfer => Place::Pay,
        _ if account.shows_transfer => Place::Check,
        _ => Place::Home,
    }
}

fn statements_named(name: &str) -> Option<StatementsContent> {
    Some(match name {
        "statements-leaving" => StatementsContent::Leaving,
        "statements-loading" => StatementsContent::Loading,
        "statements" | "statements-older" | "statements-older-loading" | "statements-older-failed" => {
            StatementsContent::Ready(statements())
        }
        "statements-empty" => StatementsContent::Ready(Vec::new()),
        "statements-not-offered" => StatementsContent::NotOffered,
        "statements-failed" => StatementsContent::Failed(problem("api.unreachable")),
        _ => return None,
    })
}

fn statements() -> Vec<Statement> {
    let statement = |month: &str, last: &str, opening, closing, entries| Statement {
        id: month.to_owned(),
        from: format!("{month}-01"),
        to: format!("{month}-{last}"),
        opening: euro(opening),
        closing: euro(closing),
        entries,
    };
    let november = vec![
        past("2", false, "Ben Example", 4_200, "Concert tickets", "2025-11-14T17:02:31Z"),
        past("3", true, "City Energy", 8_990, "Instalment November", "2025-11-20T08:15:00Z"),
    ];
    let october = vec![past("1", true, "Ben Example", 123_456, "", "2025-10-31T23:59:59Z")];
    vec![
        statement("2025-11", "30", 254_790, 250_000, november),
        statement("2025-10", "31", 378_246, 254_790, october),
    ]
}

fn account_named(name: &str) -> Option<AccountView> {
    let form = AccountView { shows_transfer: false, ..account(TransferView::Form(empty_form())) };
    Some(match name {
        "loading" => AccountView { balance: Loadable::Loading, history: Loadable::Loading, ..form },
        "empty-history" => AccountView { history: Loadable::Ready(HistoryView::List(Vec::new())), ..form },
        "bank-without-list" => AccountView {
            balance: Loadable::Ready(BalanceView::Message("Your balance is 2,500.00.".to_owned())),
            history: Loadable::Ready(HistoryView::NotOffered),
            ..form
        },
        "api-down" => AccountView {
            balance: Loadable::Failed(problem("api.unreachable")),
            history: Loadable::Failed(problem("api.unreachable")),
            ..form
        },
        "history-down" => AccountView { history: Loadable::Failed(problem("api.unreachable")), ..form },
        "account" | "offline" | "left-alone" => form,
        "payments" => AccountView { payments: payments(), ..form },
        "payments-none" => AccountView { payments: nothing_found(), ..form },
        "payments-searching" => {
            AccountView { payments: PaymentsView { is_loading: true, ..nothing_found() }, ..form }
        }
        "payment" => AccountView { payment: Loadable::Ready(payments().list.swap_remove(1)), ..form },
        "pay" => AccountView { shows_transfer: true, ..form },
        "payee-saved" => {
            let saved = payee("City Energy", "FR1420041010050500013M02606");
            let status = saved.map_or(PayeesStatus::None, PayeesStatus::Saved);
            AccountView { payees: PayeesView { status, ..payees() }, ..account(TransferView::Done(done())) }
        }
        "transfer-elsewhere" => {
            AccountView { transfer: TransferView::Sending { receipt: receipt(), second: false }, ..form }
        }
        "session-over" => AccountView {
            session: SessionView::Over,
            balance: Loadable::Withheld,
            history: Loadable::Withheld,
            ..account(TransferView::Form(typed()))
        },
        "session-ends-soon" => {
            AccountView { session: SessionView::EndsSoon, ..account(TransferView::Form(typed())) }
        }
        "log-in-demanded" => {
            AccountView { session: SessionView::LoginRequired, ..account(TransferView::Form(typed())) }
        }
        "session-over-empty" => AccountView {
            balance: Loadable::Withheld,
            history: Loadable::Withheld,
            session: SessionView::Over,
            ..form
        },
        _ => account(transfer_named(name)?),
    })
}

fn transfer_named(name: &str) -> Option<TransferView> {
    Some(match name {
        "form" => TransferView::Form(typed()),
        "form-errors" => TransferView::Form(wrong()),
        "form-summary" => TransferView::Form(FormView { has_summary: true, ..wrong() }),
        "name-close" => TransferView::Form(FormView {
            name: field("City Enrgy", None),
            name_check: NameCheckView::Answered(NameCheck::CloseMatch, Some("City Energy".to_owned())),
            asks_for_name: true,
            left: Some(euro(126_550)),
            repeats: true,
            ..typed()
        }),
        "review-named" => {
            let named = CheckedName { name: "Zoe Other".to_owned(), check: NameCheck::NoMatch };
            TransferView::Review {
                receipt: Receipt { name: Some(named), ..receipt() },
                repeats: true,
                unkeyed: false,
            }
        }
        "review" => TransferView::Review { receipt: receipt(), repeats: false, unkeyed: false },
        "sending" => TransferView::Sending { receipt: receipt(), second: false },
        "leaving" => TransferView::Leaving(receipt()),
        "interrupted" => TransferView::Interrupted { receipt: receipt(), nothing_moved: true },
        "returning" => TransferView::Returning(receipt()),
        "sending-again" => TransferView::Sending { receipt: receipt(), second: true },
        "done" => TransferView::Done(done()),
        "done-by-sample" => TransferView::Done(DoneView {
            number: None,
            at: None,
            balance_after: None,
            message: Some("Transfer successful".to_owned()),
            ..done()
        }),
        "already-done" => TransferView::Done(DoneView { already_done: true, ..done() }),
        "denied" => not_sent("provider.access_denied"),
        "refused" => not_sent("transfer.insufficient-funds"),
        "granted-less" => not_sent("callback.scope_too_small"),
        "someone-else" => not_sent("step_up.someone_else"),
        "unknown-asking" => TransferView::Unknown {
            receipt: receipt(),
            asking: true,
            may_ask: false,
            may_leave: false,
            problem: None,
        },
        "unknown" => TransferView::Unknown {
            receipt: receipt(),
            asking: false,
            may_ask: true,
            may_leave: false,
            problem: Some(problem("api.unreachable")),
        },
        "unknown-silent" => TransferView::Unknown {
            receipt: receipt(),
            asking: false,
            may_ask: true,
            may_leave: true,
            problem: Some(problem("transfer.cannot_ask")),
        },
        "never-arrived" => not_sent("transfer.never_arrived"),
        "differs" => TransferView::Done(DoneView { differs: true, ..done() }),
        _ => return None,
    })
}

fn problem(code: &'static str) -> Problem {
    let cause = match code {
        "api.unreachable" => "GET http://localhost:8080/balance: no answer (network error)",
        "transfer.cannot_ask" => "the bank answered 404",
        "transfer.never_arrived" => "the bank knows no transfer with this id",
        "provider.unreachable" => {
            "GET http://localhost:8090/.well-known/openid-configuration: no answer within 10 s"
        }
        "provider.access_denied" => "access_denied: MFA push was denied",
        "transfer.insufficient-funds" => "POST /transfer answered 422 urn:riser:problem:insufficient-funds",
        "callback.scope_too_small" => "granted scope \"openid view:balance\" lacks \"transfer:funds\"",
        "step_up.someone_else" => "sub of the new ID token differs from the session's",
        _ => "riser-config: \"issuer\" holds \"localhost:8090\", it should hold an http(s) URL",
    };
    Problem::new(code, cause.to_owned())
}

fn failed(code: &'static str, action: Option<Action>) -> Screen {
    Screen::Failed(Failure { problem: problem(code), action })
}

fn not_sent(code: &'static str) -> TransferView {
    TransferView::NotSent {
        receipt: receipt(),
        problem: problem(code),
        may_repeat: code == "transfer.never_arrived",
    }
}

fn euro(amount: i64) -> Money {
    Money { amount, currency: "EUR".to_owned() }
}

fn receipt() -> Receipt {
    Receipt {
        payee: "FR14 2004 1010 0505 0001 3M02 606".to_owned(),
        name: None,
        money: euro(123_450),
        reference: "Invoice 2025-117, electricity".to_owned(),
    }
}

fn done() -> DoneView {
    DoneView {
        receipt: receipt(),
        number: Some("R-7KX2-04QM".to_owned()),
        at: Some("2025-11-22T19:36:12Z".to_owned()),
        balance_after: Some(euro(126_550)),
        already_done: false,
        message: None,
        differs: false,
    }
}

fn field(text: &str, error: Option<Message>) -> FieldView {
    FieldView { text: text.to_owned(), error }
}

/// What is wrong with an amount of `12.345`.
pub(crate) fn not_a_number() -> Message {
    let arguments = vec![("count", "2".to_owned()), ("example", "12.50".to_owned())];
    Message { id: "amount.not_a_number", arguments }
}

fn empty_form() -> FormView {
    form(field("", None), field("", None), field("", None))
}

fn typed() -> FormView {
    form(
        field("FR14 2004 1010 0505 0001 3M02 606", None),
        field("1,234.50", None),
        field("Invoice 2025-117, electricity", None),
    )
}

fn wrong() -> FormView {
    form(
        field(
            "FR14 2004 1010 0505 0001 3M02 607",
            Some(Message { id: "iban.check_digits", arguments: Vec::new() }),
        ),
        field("12.345", Some(not_a_number())),
        field("", None),
    )
}

fn form(payee: FieldView, amount: FieldView, reference: FieldView) -> FormView {
    FormView {
        name: field("", None),
        asks_for_name: false,
        name_check: NameCheckView::None,
        left: None,
        repeats: false,
        has_summary: false,
        payee,
        amount,
        reference,
        currency: "EUR".to_owned(),
    }
}

fn account(transfer: TransferView) -> AccountView {
    AccountView {
        balance: Loadable::Ready(BalanceView::Amount {
            money: euro(250_000),
            iban: Some("DE89 3704 0044 0532 0130 00".to_owned()),
            holder: Some("Ada Example".to_owned()),
        }),
        history: Loadable::Ready(HistoryView::List(vec![
            past("3", true, "City Energy", 8_990, "Instalment November", "2025-11-20T08:15:00Z"),
            past(
                "2",
                false,
                "Ben Example",
                4_200,
                "Concert tickets, thank you so much!",
                "2025-11-14T17:02:31Z",
            ),
            past("1", true, "Ben Example", 123_456, "", "2025-10-31T23:59:59Z"),
        ])),
        payments: PaymentsView::default(),
        payment: Loadable::Withheld,
        transfer,
        payees: payees(),
        session: SessionView::Open,
        shows_transfer: true,
        leads_to_statements: true,
    }
}

fn payee(name: &str, iban: &str) -> Option<Payee> {
    Some(Payee { iban: Iban::parse(iban).ok()?, name: name.to_owned() })
}

fn payees() -> PayeesView {
    PayeesView {
        are_offered: true,
        recent: payee("Ben Example", "GB82WEST12345698765432").into_iter().collect(),
        saved: payee("City Energy", "FR1420041010050500013M02606").into_iter().collect(),
        status: PayeesStatus::None,
    }
}

fn payments() -> PaymentsView {
    let AccountView { history: Loadable::Ready(HistoryView::List(list)), .. } =
        account(TransferView::Form(empty_form()))
    else {
        return PaymentsView::default();
    };
    PaymentsView { list, has_more: true, ..PaymentsView::default() }
}

fn nothing_found() -> PaymentsView {
    let filter = PaymentFilter { query: "boat".to_owned(), ..PaymentFilter::default() };
    PaymentsView { filter, ..PaymentsView::default() }
}

fn past(
    id: &str,
    outgoing: bool,
    counterparty: &str,
    amount: i64,
    reference: &str,
    at: &str,
) -> PastTransfer {
    PastTransfer {
        id: id.to_owned(),
        outgoing,
        counterparty: counterparty.to_owned(),
        iban: "FR14 2004 1010 0505 0001 3M02 606".to_owned(),
        money: euro(amount),
        reference: reference.to_owned(),
        at: at.to_owned(),
        number: Some(format!("T-0000000{id}")),
        balance: Some(euro(250_000)),
    }
}
