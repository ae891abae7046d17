//! Whole visits with a tab whose storage somebody has written, and with a bank that answers anything.

use stepup::{
    Event,
    domain::{Field, Place},
    effect::Timer,
    http::{HttpResponse, NetworkError},
    view::{Screen, TransferView},
};

use crate::visit::{CONFIG, Visit, entropy};

const STATE: &str = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8";
const STATUS: [u16; 12] = [200, 201, 204, 400, 401, 403, 404, 409, 410, 422, 429, 500];

/// Five texts with zero bytes between (session, pending transfer, draft, the record of a request, the number of
/// log-outs), and a byte for each thing that happens then.
pub(crate) fn stored(data: &[u8]) -> bool {
    let parts: Vec<&[u8]> = data.splitn(6, |byte| *byte == 0).collect();
    let mut visit = Visit::new(CONFIG);
    let names = ["session", "pending", "draft", "request", "log_outs"];
    for (name, bytes) in names.into_iter().zip(&parts) {
        if let (Ok(text), false) = (std::str::from_utf8(bytes), bytes.is_empty()) {
            let name = if name == "request" { format!("request.{STATE}") } else { name.to_owned() };
            visit.storage.insert(name, text.to_owned());
        }
    }
    visit.load(None);
    assert_eq!(visit.transfers, 0, "a page that is loaded sends nothing by itself");
    let accepted = matches!(visit.session.view().screen, Screen::Account(_));
    let mut confirmed = 0;
    for byte in parts.get(5).copied().unwrap_or_default().iter().take(40) {
        confirmed += usize::from(happens(&mut visit, *byte));
        assert!(visit.transfers <= confirmed, "more was sent than confirmed");
    }
    accepted
}

/// What one byte means. Says whether the customer confirmed a transfer.
fn happens(visit: &mut Visit, byte: u8) -> bool {
    let answer = |status| Ok(HttpResponse { status, body: "{}".into(), ..HttpResponse::default() });
    match byte % 20 {
        0 => visit.dispatch(Event::Review),
        1 => {
            visit.dispatch(Event::Confirm(entropy()));
            return true;
        }
        2 => visit.dispatch(Event::Dismiss),
        3 => visit.dispatch(Event::Cancel),
        4 => visit.dispatch(Event::AskAgain),
        5 => visit.dispatch(Event::TryAgain),
        6 => visit.dispatch(Event::LogIn(entropy())),
        7 => visit.dispatch(Event::Statements(entropy())),
        8 => visit.dispatch(Event::Proceed),
        9 => visit.dispatch(Event::TimerFired(Timer::Leave)),
        10 => visit.dispatch(Event::TimerFired(Timer::SessionEnds)),
        11 => visit.dispatch(Event::LogOut),
        12 => visit.dispatch(Event::LogoutCountChanged(Some("7".into()))),
        13 => visit.load(None),
        14 => visit.load(Some(format!("error=access_denied&state={STATE}"))),
        15 => visit.answer(Err(NetworkError::TimedOut)),
        16 => visit.answer(answer(200)),
        17 => visit.answer(answer(401)),
        18 => visit.answer(answer(403)),
        _ => visit.answer(answer(404)),
    }
    false
}

/// Answers of the bank with zero bytes between: a byte for the status, the header `WWW-Authenticate` up to a line feed,
/// and the body. The first two are for balance and history, the others for a transfer and what is asked about it.
pub(crate) fn answers(data: &[u8]) -> bool {
    let session = r#"{"subject":"auth0|1","log_outs":0,"vault":[{"audience":"https://api.example","scopes":"openid view:balance","expires_at":1700007200,"token":"t"}]}"#;
    let mut visit = Visit::new(CONFIG);
    visit.storage.insert("session".into(), session.into());
    visit.load(None);
    let mut answers = data.split(|byte| *byte == 0);
    let mut successes = 0;
    for _ in 0..2 {
        give(&mut visit, answers.next());
    }
    // A bank that keeps no payees checks no names either.
    visit.answer(Ok(HttpResponse { status: 404, ..HttpResponse::default() }));
    visit.dispatch(Event::Visit(Place::Pay));
    for (field, text) in [(Field::Payee, "GB82WEST12345698765432"), (Field::Amount, "12.50")] {
        visit.dispatch(Event::Edited(field, text.into()));
    }
    visit.dispatch(Event::Review);
    visit.dispatch(Event::Confirm(entropy()));
    let confirmed = usize::from(visit.transfers > 0);
    for bytes in answers.take(20) {
        successes +=
            usize::from(give(&mut visit, Some(bytes)).is_some_and(|status| (200..300).contains(&status)));
        assert!(visit.transfers <= confirmed, "sent again without having been confirmed again");
        let view = visit.session.view();
        if let Some(TransferView::Done(_)) = view.account().map(|account| &account.transfer) {
            assert!(successes > 0, "done without the bank having said so");
        }
        visit.dispatch(Event::AskAgain);
        visit.dispatch(Event::TimerFired(Timer::Leave));
        visit.dispatch(Event::TimerFired(Timer::Retry));
        visit.dispatch(Event::TimerFired(Timer::AskAgain));
    }
    successes > 0 && confirmed > 0
}

fn give(visit: &mut Visit, bytes: Option<&[u8]>) -> Option<u16> {
    let (first, rest) = bytes?.split_first()?;
    let status = STATUS[usize::from(*first) % STATUS.len()];
    let text = String::from_utf8_lossy(rest);
    let (header, body) = text.split_once('\n').unwrap_or(("", &text));
    let www_authenticate = (!header.is_empty()).then(|| header.to_owned());
    let replayed = first % 2 == 1;
    let retry_after = (first % 3 == 1).then(|| u32::from(*first));
    visit.answer(Ok(HttpResponse { status, www_authenticate, replayed, retry_after, body: body.to_owned() }));
    Some(status)
}
