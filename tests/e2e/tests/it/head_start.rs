//! What the page asks for while the application is on its way: once, never with a token that nobody has verified, and
//! nothing depends on it.

use crate::steps::{is_balance, is_webassembly, log_in, open, sees_balance};
use e2e::{
    Fault, TestContext, TestError, TestFailure,
    people::ADA,
    scenario,
    server::Exchange,
    servers::{Api, Provider, Setup},
};

/// Each makes a log-in that is refused.
const FORGERIES: [Fault; 25] = [
    Fault::InvalidIss,
    Fault::InvalidAud,
    Fault::MissingAud,
    Fault::MissingSub,
    Fault::MissingIat,
    Fault::InvalidAtHash,
    Fault::MissingAtHash,
    Fault::NonceInvalid,
    Fault::InvalidSigRs256,
    Fault::InvalidSigHs256,
    Fault::InvalidSigEs256,
    Fault::IdTokenSigNone,
    Fault::Hs256WithThePublicKey,
    Fault::ForeignKeyOfTheSameName,
    Fault::Rs512,
    Fault::Rs512CalledRs256,
    Fault::Ps256CalledRs256,
    Fault::HeaderJwk,
    Fault::HeaderJku,
    Fault::HeaderX5u,
    Fault::HeaderX5c,
    Fault::HeaderCrit,
    Fault::LessScope,
    Fault::ResponseIssOfAnother,
    Fault::DiscoveryIssuerMismatch,
];

const KEYS: &str = "/keys";

/// The provider shows no page, and the API has a server of its own.
fn setup() -> Setup {
    Setup { provider: Provider::FaultyProvider, api: Api::BankElsewhere, ..Setup::default() }
}

/// The balance and what goes along with it: whatever a stored session is asked for at the start.
fn is_overview(request: &Exchange) -> bool {
    is_balance(request) || request.is("GET", "/transfers")
}

fn is_with_token(request: &Exchange) -> bool {
    request.token.is_some()
}

/// From the page to the balance, past a provider without pages.
async fn log_in_at_once(context: &TestContext) -> Result<(), TestError> {
    open(context).await?;
    context.page.button("Log in").click().await?;
    sees_balance(&context.page, ADA.opening).await
}

/// Proves: unverified-token-unsent
#[test]
fn forged_response_reaches_no_api() {
    scenario(setup(), async |context| {
        let TestContext { servers, page, .. } = context;
        for fault in FORGERIES {
            servers.provider()?.set_fault(fault);
            open(context).await?;
            page.button("Log in").click().await?;
            page.alert().text().await?;
            assert!(page.address().await?.starts_with(servers.app.origin()), "{fault:?}");
            let asked = servers.api().all();
            assert!(asked.is_empty(), "{fault:?}: not even a preflight: {asked:?}");
        }
        servers.provider()?.clear_fault();
        log_in_at_once(context).await?;
        let carried = servers.tenant.matching(|request| request.token.is_some());
        assert!(carried.is_empty(), "the provider gets no token back: {carried:?}");
        assert_eq!(servers.api().matching(is_balance).len(), 1);
        Ok(())
    });
}

/// Proves: head-start, unverified-token-unsent
#[test]
fn keys_are_asked_for_before_the_application_is_there_and_the_api_is_not() {
    scenario(setup(), async |context| {
        let TestContext { servers, page, .. } = context;
        open(context).await?;
        page.css("#shell").disappears().await?;
        let gate = servers.app.when(is_webassembly).hold();
        page.forget_files().await?;
        page.button("Log in").click().await?;
        gate.wait_until_reached().await?;
        servers.tenant.wait_for("its keys", |request| request.path == KEYS).await?;
        assert!(servers.api().all().is_empty(), "nobody has verified the token");
        gate.open();
        sees_balance(page, ADA.opening).await?;
        assert_eq!(servers.tenant.requests(KEYS).len(), 1, "the application does not ask again");
        Ok(())
    });
}

/// Proves: head-start
#[test]
fn balance_is_asked_for_before_the_application_is_there() {
    for api in [Api::Bank, Api::BankElsewhere] {
        scenario(Setup { api, ..Setup::default() }, async |context| {
            let TestContext { servers, page, .. } = context;
            log_in(context, ADA).await?;
            servers.api().wait_for_many("the overview", 2, is_overview).await?;
            let gate = servers.app.when(is_webassembly).hold();
            page.forget_files().await?;
            page.reload().await?;
            gate.wait_until_reached().await?;
            let asked = servers.api().wait_for_many("the overview again", 4, is_overview).await?;
            assert!(asked.iter().all(|request| request.token == asked[0].token), "the session's token");
            gate.open();
            sees_balance(page, ADA.opening).await?;
            assert_eq!(servers.api().matching(is_overview).len(), 4, "the application does not ask again");
            Ok(())
        });
    }
}

/// Proves: head-start
#[test]
fn ended_session_is_not_asked_for() {
    for end in [
        // Another tab has logged out.
        "localStorage.setItem('riser.log_outs', '7')",
        // Its time is up.
        "sessionStorage.setItem('riser.session', sessionStorage.getItem('riser.session').replace(/(\"expires_at\":)\\d+/, '$11'))",
        // It is for another API.
        "sessionStorage.setItem('riser.session', sessionStorage.getItem('riser.session').replace(/(\"audience\":\")/, '$1x'))",
        // It is not good for the balance.
        "sessionStorage.setItem('riser.session', sessionStorage.getItem('riser.session').replace('view:balance', 'view:other'))",
        "sessionStorage.setItem('riser.session', '{')",
    ] {
        scenario(Setup::default(), async |context| {
            let TestContext { servers, page, .. } = context;
            log_in(context, ADA).await?;
            let asked = servers.api().wait_for_many("the overview", 3, is_with_token).await?;
            page.evaluate(&format!("void {end}")).await?;
            page.reload().await?;
            page.css("#shell").disappears().await?;
            page.button("Log in").appears().await?;
            let now = servers.api().matching(is_with_token);
            assert_eq!(now.len(), asked.len(), "{end}: {now:?}");
            Ok(())
        });
    }
}

/// A log-in and a reload on a page whose first script is hindered so.
async fn works_with(context: &TestContext, hindrance: &str) -> Result<(), TestFailure> {
    let TestContext { servers, page, .. } = context;
    page.run_before_scripts(hindrance).await?;
    log_in_at_once(context).await?;
    page.reload().await?;
    sees_balance(page, ADA.opening).await?;
    servers.api().wait_for_many("both overviews", 4, is_overview).await?;
    Ok(())
}

/// Proves: head-start
#[test]
fn application_works_without_it() {
    for hindrance in [
        // It did not run.
        "Object.defineProperty(window, 'riserHeadStart', { get() {}, set() {} })",
        // It got no answer. (The application asks with a `Request`, and for files nobody gets in the way.)
        "(fetch => window.fetch = (what, how) =>
            how?.headers ? Promise.reject(new TypeError('no')) : fetch(what, how))(window.fetch)",
    ] {
        scenario(setup(), async |context| works_with(context, hindrance).await);
    }
}

/// Proves: head-start
#[test]
fn network_failure_is_made_good() {
    scenario(setup(), async |context| {
        let TestContext { servers, page, .. } = context;
        log_in_at_once(context).await?;
        let gate = servers.app.when(is_webassembly).hold();
        page.forget_files().await?;
        let rule = servers.api().when(is_balance).cut();
        page.reload().await?;
        gate.wait_until_reached().await?;
        servers.api().wait_for_many("the balance", 2, is_balance).await?;
        rule.lift();
        gate.open();
        sees_balance(page, ADA.opening).await?;
        assert_eq!(page.alert().count().await?, 0);
        Ok(())
    });
}
