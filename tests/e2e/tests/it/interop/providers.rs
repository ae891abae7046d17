//! Providers that nobody here wrote: the same checks for each of them, in each flow that it has. The client is unchanged
//! but for its configuration block, and the bank trusts the provider's keys instead of the tenant's.

use crate::steps::{
    RENT, WELCOME, is_balance, is_transfer, leave_to_log_in, nothing_was_moved, rent_was_paid_once, review,
    sees_balance,
};
use e2e::{
    TestContext, TestError, TestFailure,
    people::{ADA, PASSWORD},
    provider_pages::enter_password,
    scenario,
    server::Exchange,
    servers::{AUDIENCE, Provider, ProviderProgram, Setup},
};
use serde_json::Value;
use std::time::Duration;

const BALANCE: &str = "openid view:balance";
const TRANSFER: &str = "openid view:balance transfer:funds";

/// Longer than the leeway for clocks, shorter than a session.
const MORE_THAN_A_MINUTE: Duration = Duration::from_secs(90);

/// A provider, and what is particular about it.
#[derive(Clone, Copy)]
struct Case {
    program: ProviderProgram,
    /// What a deployment with it puts into the client's configuration block.
    config: fn(&mut Value),
    /// The button of the page that asks the customer's consent at every request; empty when there is none.
    consent: &'static str,
    /// The button of the page that asks before a log-out; empty when there is none.
    log_out: &'static str,
    /// How the client tells the provider of a log-out.
    log_out_method: &'static str,
    /// Does an error come back where its flow's answers do, with the `state` of its request?
    errors_are_answers: bool,
}

const OIDC_PROVIDER: Case = Case {
    program: ProviderProgram {
        script: "providers/oidc-provider/server.mjs",
        issuer_path: "",
        authorization_path: "/auth",
        jwks_path: "/jwks",
        flow: "code",
    },
    config: |config| {
        config["resource"] = AUDIENCE.into();
        config["log_out"] = "get".into();
    },
    consent: "",
    log_out: "Yes, log me out",
    log_out_method: "GET",
    errors_are_answers: true,
};

const DJANGO_OAUTH_TOOLKIT: Case = Case {
    program: ProviderProgram {
        script: "providers/django-oauth-toolkit/server.py",
        issuer_path: "/o",
        authorization_path: "/o/authorize/",
        jwks_path: "/o/.well-known/jwks.json",
        flow: "code",
    },
    config: |config| config["log_out"] = "get".into(),
    consent: "",
    log_out: "Logout",
    log_out_method: "GET",
    errors_are_answers: true,
};

const DJANGO_OIDC_PROVIDER: Case = Case {
    program: ProviderProgram {
        script: "providers/django-oidc-provider/server.py",
        issuer_path: "/openid",
        authorization_path: "/openid/authorize",
        jwks_path: "/openid/jwks",
        flow: "code",
    },
    config: |_| {},
    consent: "Authorize",
    log_out: "",
    log_out_method: "POST",
    errors_are_answers: true,
};

/// Its deployment reports the time of the second factor, so that the client can demand a new one.
const AUTHLIB: Case = Case {
    program: ProviderProgram {
        script: "providers/authlib/server.py",
        issuer_path: "",
        authorization_path: "/authorize",
        jwks_path: "/jwks",
        flow: "code",
    },
    config: |config| config["step_up_max_age"] = 30.into(),
    consent: "",
    log_out: "",
    log_out_method: "POST",
    errors_are_answers: true,
};

/// Every check, once for a provider in one of its flows.
macro_rules! checks {
    ($name:ident, $case:expr) => {
        mod $name {
            use super::*;

            /// Proves: interop-log-in
            #[test]
            fn logs_in_reloads_and_logs_out() {
                play($case, logs_in_reloads_and_logs_out_at);
            }

            /// Proves: interop-step-up
            #[test]
            fn steps_up_at_once_and_a_minute_later() {
                play($case, steps_up_at_once_and_a_minute_later_at);
            }

            /// Proves: interop-denied
            #[test]
            fn denied_second_factor_moves_nothing() {
                play($case, denied_second_factor_moves_nothing_at);
            }
        }
    };
}

checks!(oidc_provider_with_code, OIDC_PROVIDER);
checks!(oidc_provider_with_implicit, OIDC_PROVIDER.implicit());
checks!(django_oauth_toolkit_with_code, DJANGO_OAUTH_TOOLKIT);
// Its errors come in the query, where the implicit flow has no answers.
checks!(
    django_oauth_toolkit_with_implicit,
    Case { errors_are_answers: false, ..DJANGO_OAUTH_TOOLKIT.implicit() }
);
checks!(django_oidc_provider_with_code, DJANGO_OIDC_PROVIDER);
// It never asks a public client's customers for their consent in this flow.
checks!(django_oidc_provider_with_implicit, Case { consent: "", ..DJANGO_OIDC_PROVIDER.implicit() });
checks!(authlib_with_code, AUTHLIB);
// Its implicit grant forgets the `state` of an error.
checks!(authlib_with_implicit, Case { errors_are_answers: false, ..AUTHLIB.implicit() });

impl Case {
    const fn implicit(self) -> Self {
        Self { program: ProviderProgram { flow: "implicit", ..self.program }, ..self }
    }
}

fn play(case: Case, check: impl AsyncFnOnce(&TestContext, Case) -> Result<(), TestFailure>) {
    let provider = Provider::Program(case.program);
    let setup = Setup { provider, config: case.config, ..Setup::default() };
    scenario(setup, async |context| check(context, case).await);
}

/// From nothing to the balance, through the provider's own pages.
async fn log_in(context: &TestContext, case: Case) -> Result<(), TestError> {
    leave_to_log_in(context).await?;
    enter_password(&context.page, ADA.email, PASSWORD).await?;
    consent(context, case).await?;
    sees_balance(&context.page, ADA.opening).await
}

async fn consent(context: &TestContext, case: Case) -> Result<(), TestError> {
    if case.consent.is_empty() { Ok(()) } else { context.page.button(case.consent).click().await }
}

/// From the form to the provider's page for the second factor.
async fn ask_for_step_up(context: &TestContext) -> Result<(), TestError> {
    review(&context.page, RENT).await?;
    context.page.button("Confirm transfer").click().await?;
    context.page.heading("Enter your code").appears().await
}

/// A whole transfer, to its receipt.
async fn transfer(context: &TestContext, case: Case) -> Result<(), TestError> {
    let page = &context.page;
    ask_for_step_up(context).await?;
    page.field("Code").fill("000000x").await?;
    page.button("Confirm").click().await?;
    page.alert().reads("This code is wrong").await?;
    page.field("Code").fill(&context.servers.one_time_code()?).await?;
    page.button("Confirm").click().await?;
    consent(context, case).await?;
    page.status().reads("Transfer sent").await.map(drop)
}

/// Nothing of an answer stays in the address, wherever in it the answer came.
async fn address_is_clean(context: &TestContext) -> Result<(), TestFailure> {
    let address = context.page.address().await?;
    for part in ["code=", "token=", "state=", "error=", "iss="] {
        assert!(!address.contains(part), "{address}");
    }
    Ok(())
}

async fn logs_in_reloads_and_logs_out_at(context: &TestContext, case: Case) -> Result<(), TestFailure> {
    let TestContext { servers, page, .. } = context;
    log_in(context, case).await?;
    address_is_clean(context).await?;
    page.reload().await?;
    sees_balance(page, ADA.opening).await?;
    assert_eq!(servers.scopes_asked(), [BALANCE], "a reload asks the provider nothing");
    let balance = servers.api().matching(is_balance);
    assert!(balance.iter().all(|request| request.was_handled_with(200)), "{balance:?}");

    let before = servers.tenant.all().len();
    page.button("Log out").click().await?;
    if !case.log_out.is_empty() {
        page.button(case.log_out).click().await?;
    }
    page.heading(WELCOME).appears().await?;
    page.arrives_at(&servers.app.at("/")).await?;
    // What the page says about it, and nothing of the session.
    assert_eq!(page.session_storage().await?, r#"[["riser.logout_notice","logged_out"]]"#);
    let told = servers.tenant.all().split_off(before);
    // It may have looked the address up before.
    let is_about_it = |request: &&Exchange| !request.path.contains("/.well-known/");
    let told: Vec<&Exchange> = told.iter().filter(is_about_it).collect();
    let first = told.first().ok_or_else(|| TestError::permanent("the provider was not told"))?;
    assert_eq!(first.method, case.log_out_method, "{told:?}");
    assert!(told.iter().all(|request| !request.query.contains("id_token")), "{told:?}");

    page.button("Log in").click().await?;
    page.field("Password").appears().await?;
    enter_password(page, ADA.email, PASSWORD).await?;
    consent(context, case).await?;
    sees_balance(page, ADA.opening).await?;
    Ok(())
}

async fn steps_up_at_once_and_a_minute_later_at(
    context: &TestContext,
    case: Case,
) -> Result<(), TestFailure> {
    let TestContext { servers, page, .. } = context;
    log_in(context, case).await?;
    transfer(context, case).await?;
    assert_eq!(servers.scopes_asked(), [BALANCE, TRANSFER]);
    assert_eq!(servers.statuses("POST", "/transfer"), [Some(403), Some(201)]);
    rent_was_paid_once(context).await?;
    sees_balance(page, ADA.opening - RENT.minor).await?;
    address_is_clean(context).await?;

    servers.put_clocks_forward(MORE_THAN_A_MINUTE).await?;
    page.put_clock_forward(MORE_THAN_A_MINUTE).await?;
    page.button("Make another transfer").click().await?;
    transfer(context, case).await?;
    assert_eq!(servers.scopes_asked(), [BALANCE, TRANSFER, TRANSFER]);
    assert_eq!(servers.statuses("POST", "/transfer"), [Some(403), Some(201), Some(403), Some(201)]);
    assert_eq!(servers.transfers_made().await?, 2);
    let sent = servers.api().matching(is_transfer);
    assert_ne!(sent[1].token, sent[3].token, "each has a token of its own");
    sees_balance(page, ADA.opening - 2 * RENT.minor).await?;
    Ok(())
}

async fn denied_second_factor_moves_nothing_at(context: &TestContext, case: Case) -> Result<(), TestFailure> {
    let TestContext { servers, page, .. } = context;
    log_in(context, case).await?;
    ask_for_step_up(context).await?;
    page.button("Deny").click().await?;
    // What may be anybody's is not believed, and the transfer is as after Back.
    let on = if case.errors_are_answers { "Change the transfer" } else { "Cancel" };
    page.button(on).appears().await?;
    page.everything().reads("No money was moved").await?;
    if case.errors_are_answers {
        page.everything().reads("You did not confirm").await?;
    }
    address_is_clean(context).await?;
    assert_eq!(servers.scopes_asked(), [BALANCE, TRANSFER]);
    assert_eq!(servers.statuses("POST", "/transfer"), [Some(403)]);
    nothing_was_moved(context).await?;

    page.button(on).click().await?;
    page.field("Reference").holds(RENT.reference).await?;
    sees_balance(page, ADA.opening).await?;
    transfer(context, case).await?;
    assert_eq!(servers.statuses("POST", "/transfer"), [Some(403), Some(403), Some(201)]);
    rent_was_paid_once(context).await
}
