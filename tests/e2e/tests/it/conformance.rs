//! `tenant conformance`, on clients of others, on one with a fault, and on Riser.

mod table;

use ::conformance::{
    Report, TrialError,
    report::{CaseReport, Verdict},
};
use e2e::{TestError, conformance::Candidate};

/// Each misbehaviour with what came of it, and whether that is bad.
fn verdicts(report: &Report) -> Vec<(&'static str, Verdict, bool)> {
    let told = |result: &CaseReport| (result.case.fault, result.verdict, result.is_bad());
    report.results.iter().map(told).collect()
}

/// Proves: conformance-finds-planted-fault
#[tokio::test(flavor = "multi_thread")]
async fn client_without_checks_of_nonce_and_signature_is_found_out() -> Result<(), TestError> {
    let candidate = Candidate::page("careless").await?;
    let report = candidate.tried(&["invalid-iss", "nonce-invalid", "foreign-key", "invalid-state"]).await;
    let report = report.unwrap_or_else(|error| panic!("{error}"));
    let found = verdicts(&report);
    let expected = [
        ("invalid-iss", Verdict::Refused, false),
        ("nonce-invalid", Verdict::Accepted, true),
        ("foreign-key", Verdict::Accepted, true),
        ("invalid-state", Verdict::Refused, false),
        // The same faults at a step-up, which its script does not have.
        ("invalid-state", Verdict::NotReached, false),
        ("nonce-invalid", Verdict::NotReached, false),
        ("invalid-iss", Verdict::NotReached, false),
    ];
    assert_eq!(found, expected, "{:?}", report.results);
    assert!(!report.is_safe());
    Ok(())
}

/// Proves: conformance-finds-planted-fault
#[tokio::test(flavor = "multi_thread")]
async fn library_that_checks_its_tokens_is_safe() -> Result<(), TestError> {
    let candidate = Candidate::page("auth0-spa-js").await?;
    let only = [
        "oidcc-client-test-invalid-aud",
        "oidcc-client-test-invalid-sig-rs256",
        "step-up-nonce-invalid",
        "other-details",
    ];
    let report = candidate.tried(&only).await.unwrap_or_else(|error| panic!("{error}"));
    let expected = [
        ("invalid-aud", Verdict::Refused, false),
        // In the code flow TLS takes the signature's place.
        ("invalid-sig-rs256", Verdict::Accepted, false),
        ("nonce-invalid", Verdict::Refused, false),
        // It names no payment.
        ("other-details", Verdict::NotReached, false),
    ];
    assert_eq!(verdicts(&report), expected, "{:?}", report.results);
    assert!(report.is_safe());
    Ok(())
}

/// Proves: conformance-finds-planted-fault
#[tokio::test(flavor = "multi_thread")]
async fn riser_refuses_at_log_in_and_at_step_up() -> Result<(), TestError> {
    let candidate = Candidate::riser("implicit").await?;
    let only = ["header-jwk", "step-up-other-customer", "step-up-other-payment"];
    let report = candidate.tried(&only).await.unwrap_or_else(|error| panic!("{error}"));
    assert!(report.results.iter().all(|result| result.verdict == Verdict::Refused), "{:?}", report.results);
    Ok(())
}

/// For a client whose pages tell nothing: a call with a token is what tells.
#[tokio::test(flavor = "multi_thread")]
async fn call_at_the_api_of_the_script_counts_as_success() -> Result<(), TestError> {
    let port = std::net::TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port();
    let script = serde_json::json!({
        "log_in": {
            "steps": [{ "click": { "role": "button", "name": "Log in" } }, "log_in"],
            "done": { "api": "GET /balance" },
        },
        "api": { "port": port, "answers": [{ "call": "GET /balance", "scope": "view:balance" }] },
    });
    let mut candidate = Candidate::page("careless").await?;
    let options = candidate.options();
    options.script = ::conformance::Script::parse(&script.to_string(), "api.json")
        .unwrap_or_else(|error| panic!("{error}"));
    let start = &mut options.registration.start;
    *start = format!("{start}?api=http://localhost:{port}/balance");
    let only = ["oidcc-client-test-invalid-iss", "foreign-key"];
    let report = candidate.tried(&only).await.unwrap_or_else(|error| panic!("{error}"));
    let expected = [("invalid-iss", Verdict::Refused, false), ("foreign-key", Verdict::Accepted, true)];
    assert_eq!(verdicts(&report), expected, "{:?}", report.results);
    Ok(())
}

/// What says nothing about a client is an error, and no result.
#[tokio::test(flavor = "multi_thread")]
async fn scripts_that_cannot_tell_are_refused() -> Result<(), TestError> {
    let mut stranger = Candidate::page("careless").await?;
    stranger.options().registration.client_id = "somebody-else".to_owned();
    stranger.options().timeout = std::time::Duration::from_secs(3);
    let Err(TrialError::Baseline(told)) = stranger.tried(&["invalid-iss"]).await else {
        panic!("it succeeds")
    };
    for part in ["log-in: nothing is wrong", "step 2", "request: GET /authorize 400", "conformance.png"] {
        assert!(told.contains(part), "{part}: {told}");
    }

    // One shows from the beginning, the other whatever the tenant answers.
    for (text, is_early) in [("nobody", true), ("e", false)] {
        let mut indifferent = Candidate::page("careless").await?;
        let script = include_str!("../../../../examples/conformance/careless.json");
        let script = ::conformance::Script::parse(&script.replace("welcome, ", text), "careless.json");
        indifferent.options().script = script.unwrap_or_else(|error| panic!("{error}"));
        match (is_early, indifferent.tried(&["invalid-iss"]).await) {
            (true, Err(TrialError::Early { .. })) | (false, Err(TrialError::Indifferent { .. })) => {}
            (_, other) => panic!("{text}: {other:?}"),
        }
    }
    Ok(())
}
