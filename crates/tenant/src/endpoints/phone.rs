//! `/phone`: the customer's second device. It is paired by logging in once, keeps a cookie of its own, shows what
//! the customer is asked as it arrives, and remembers what that was.

use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Redirect, Response};

use super::phone_pairing;
use crate::extract::{FormParameters, PairedPhone, PhoneForm, QueryParameters, find_paired_phone};
use crate::http::{Cookies, cookies, has_valid_csrf_token};
use crate::log::{Event, Kind, events};
use crate::mfa;
use crate::page_context::t;
use crate::pages::{self, PhoneView};
use crate::random::Fingerprint;
use crate::state::{AppState, Shared};
use crate::store::{Push, PushAnswer, PushOutcome};

/// Parameters, all of them optional: `request`, the one to show of several; `view`, `history` instead of what waits;
/// `answered`, the one that was just answered.
pub(super) async fn get(
    State(state): Shared,
    QueryParameters(parameters): QueryParameters,
    cookies: Cookies,
) -> Response {
    let Some(phone) = find_paired_phone(&state, &cookies) else {
        return phone_pairing::form(&state, &cookies, "", None);
    };
    let now = state.now();
    let store = state.store();
    let waiting: Vec<Push> = store.pushes.waiting(&phone.sub, now).into_iter().cloned().collect();
    let is_over = |push: &&Push| !store.pushes.is_waiting(&push.id, now);
    let history: Vec<Push> = store.pushes.history(&phone.sub).into_iter().filter(is_over).cloned().collect();
    let answered = parameters.get("answered").and_then(|id| store.pushes.get(id));
    let answered = answered.filter(|push| push.sub == phone.sub).cloned();
    let phones = store.phones.count(&phone.sub, now);
    drop(store);
    let customer = state.directory.by_sub(&phone.sub);
    let view = PhoneView {
        phone: &phone,
        customer: customer.as_ref().map(|customer| customer.name.as_str()).unwrap_or_default(),
        phones,
        seen: &version(&waiting),
        waiting: &waiting,
        chosen: parameters.get("request"),
        wants_history: parameters.get("view") == Some("history"),
        history: &history,
        answered: answered.as_ref(),
    };
    pages::phone(&state, &view)
}

/// Names what a phone shows, so that it can ask for something else.
fn version(waiting: &[Push]) -> String {
    let ids: Vec<&str> = waiting.iter().map(|push| push.id.as_str()).collect();
    Fingerprint::of(&ids.join(" ")).short()
}

/// `/phone/wait`: held until the phone has something else to show (200) or it is time to ask again (204).
/// Parameter: `seen`, the version that the page shows.
pub(super) async fn wait(
    State(state): Shared,
    QueryParameters(parameters): QueryParameters,
    cookies: Cookies,
) -> StatusCode {
    let seen = parameters.get("seen").unwrap_or_default();
    let has_news = |state: &AppState| {
        // A pairing that has ended is news as well: the page then shows the pairing form.
        let Some(phone) = find_paired_phone(state, &cookies) else { return true };
        let store = state.store();
        let waiting: Vec<Push> = store.pushes.waiting(&phone.sub, state.now()).into_iter().cloned().collect();
        version(&waiting) != seen
    };
    state.wait_until(has_news).await
}

/// `/phone/requests/{id}`: one request that this phone's customer was asked.
pub(super) async fn request(
    State(state): Shared,
    Path(id): Path<String>,
    PairedPhone(phone): PairedPhone,
) -> Response {
    let now = state.now();
    let store = state.store();
    let push = store.pushes.get(&id).filter(|push| push.sub == phone.sub).cloned();
    let is_waiting = store.pushes.is_waiting(&id, now);
    drop(store);
    match push {
        Some(_) if is_waiting => Redirect::to("/phone").into_response(),
        Some(push) => pages::request(&push, now),
        None => pages::notice(
            &state,
            StatusCode::NOT_FOUND,
            t("nothing_here.title"),
            t("request.unknown.sentence"),
        ),
    }
}

/// `/phone/answer`: the number that was chosen, Deny, or "This was not me". Parameters: `push`, `form_token`, and `number`,
/// `deny` or `report`.
pub(super) async fn answer(State(state): Shared, PhoneForm { phone, form }: PhoneForm) -> Response {
    let id = form.get("push").unwrap_or_default();
    let answer = match form.get("number").map(str::parse) {
        _ if form.get("report").is_some() => PushAnswer::NotMe,
        Some(Ok(number)) => PushAnswer::Number(number),
        // What is not clearly a yes is a no.
        Some(Err(_)) | None => PushAnswer::Deny,
    };
    match mfa::answer(&state, id, &phone.sub, answer) {
        PushOutcome::TooLate => pages::too_late(),
        // A redirect, so that a reload of the phone does not send the answer again.
        _ => Redirect::to(&format!("/phone?answered={id}")).into_response(),
    }
}

/// `/phone/unpair`: this phone is not asked any more.
pub(super) async fn unpair(
    State(state): Shared,
    cookies: Cookies,
    phone: Result<PairedPhone, Redirect>,
    headers: HeaderMap,
    FormParameters(form): FormParameters,
) -> Response {
    if let Ok(PairedPhone(phone)) = phone {
        if !has_valid_csrf_token(&form, &headers, &phone.csrf_token) {
            return pages::forged(&state);
        }
        state.store().phones.unpair(cookies.get(cookies::PHONE).unwrap_or_default());
        state.changed();
        tracing::info!(sub = phone.sub, "phone unpaired");
        if let Some(customer) = state.directory.by_sub(&phone.sub) {
            let event = Event::Phone { who: events::who(&customer), paired: false };
            state.log.begin(Kind::Phone).record(event);
        }
    }
    (cookies::expired(&state, cookies::PHONE), Redirect::to("/phone")).into_response()
}
