//! Pages that say one thing, with links to go on.

use askama::Template;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};

use super::render::respond;
use crate::authorization::{self, TransactionStage, TransactionSummary};
use crate::domain::{AuthorizationRequest, origin_of};
use crate::page_context::t;
use crate::state::AppState;
use crate::store::TransactionRef;

#[derive(Template)]
#[template(path = "notice.html")]
pub(super) struct NoticePage {
    pub(super) title: String,
    pub(super) sentence: String,
    /// Names and addresses.
    pub(super) links: Vec<(String, String)>,
}

pub(crate) fn notice(
    state: &AppState,
    status: StatusCode,
    title: impl Into<String>,
    sentence: impl Into<String>,
) -> Response {
    let (title, sentence) = (title.into(), sentence.into());
    respond(status, &NoticePage { title, sentence, links: links_to_clients(state) }, None)
}

fn links_to_clients(state: &AppState) -> Vec<(String, String)> {
    let home = |uri: &String| origin_of(uri).map(|origin| format!("{origin}/"));
    let go_to = |client: &str| t("go_to").with("client", client).to_string();
    let mut links: Vec<(String, String)> = state
        .clients
        .values()
        .filter_map(|client| Some((go_to(&client.name), home(client.redirect_uris.first()?)?)))
        .collect();
    links.sort();
    links
}

/// A request of a client that cannot be answered, since it is not certain whose it is. `sentence` is for those who develop
/// the client, in English; `log`: the trace that tells more, for those who may see it.
pub(crate) fn refused(state: &AppState, sentence: &str, log: Option<&str>) -> Response {
    let mut links: Vec<(String, String)> =
        log.map(|id| (t("refused.log").to_string(), format!("/log/{id}"))).into_iter().collect();
    links.extend(links_to_clients(state));
    let (title, sentence) = (t("refused.title").to_string(), sentence.to_owned());
    respond(StatusCode::BAD_REQUEST, &NoticePage { title, sentence, links }, None)
}

#[derive(Template)]
#[template(path = "finished.html")]
struct FinishedPage<'a> {
    client: &'a str,
    home: &'a str,
}

/// A page of a request that has had its answer. Back goes on to the client by itself.
fn finished(request: &AuthorizationRequest) -> Response {
    let home = if request.is_own() { "/account".to_owned() } else { request.target.home() };
    respond(StatusCode::GONE, &FinishedPage { client: &request.client.name, home: &home }, None)
}

pub(crate) fn forged(state: &AppState) -> Response {
    notice(state, StatusCode::FORBIDDEN, t("forged.title"), t("forged.sentence"))
}

/// The answer to a page that is not where its transaction stands: an old tab, Back, a link from another browser.
pub(crate) fn elsewhere(
    state: &AppState,
    TransactionRef { id, .. }: &TransactionRef,
    transaction: Option<&TransactionSummary>,
) -> Response {
    let Some(transaction) = transaction else {
        return notice(state, StatusCode::NOT_FOUND, t("page.gone.title"), t("page.gone.sentence"));
    };
    // The transaction is known, so its identifier is one of ours and stands in an address as it is.
    match transaction.stage {
        TransactionStage::LogIn => Redirect::to(&format!("/u/login?state={id}")).into_response(),
        TransactionStage::SecondFactor => Redirect::to(&format!("/u/mfa?state={id}")).into_response(),
        TransactionStage::Enrollment => Redirect::to(&format!("/u/methods?state={id}")).into_response(),
        // Where the script wants it: that page knows how to go on.
        TransactionStage::Redirected => authorization::redirect_again(&transaction.authorization, id),
        TransactionStage::Finished => finished(&transaction.authorization.request),
    }
}
