//! Several scripts in a row.

use actions::{Decisions, Engine, Limits, Verdict};
use serde_json::json;

use crate::harness::{body, event, rule, run, texts};

#[test]
fn rules_run_before_actions_in_order() {
    let rule = |name: &str| {
        rule(&format!(
            "function {name}(user, context, callback) {{ console.log('{name}'); callback(null, user, context); }}"
        ))
    };
    let outcome = run(&[
        body("console.log('a', api.rules.wasExecuted('My Rule'));"),
        rule("r1"),
        body("console.log('b');"),
        rule("r2"),
    ]);
    assert_eq!(texts(&outcome), ["r1", "r2", "a true", "b"]);
    assert_eq!(texts(&run(&[body("console.log(api.rules.wasExecuted('My Rule'));")])), ["false"]);
}

#[test]
fn later_script_sees_metadata_of_earlier() {
    let outcome = run(&[
        rule(
            "function (user, context, callback) { auth0.users.updateUserMetadata(user.user_id, { colour: 'red' }); callback(null, user, context); }",
        ),
        body("api.user.setAppMetadata('visits', 1).user.setAppMetadata('tier', null);"),
        body("console.log(JSON.stringify(event.user.app_metadata), event.user.user_metadata.colour);"),
    ]);
    assert_eq!(texts(&outcome), ["{\"visits\":1} red"]);
    assert_eq!(
        json!(outcome.decisions.app_metadata),
        json!({ "visits": 1, "tier": null }),
        "null: to be removed"
    );
}

#[test]
fn denial_stops_pipeline_and_keeps_metadata() {
    let outcome = run(&[
        body("api.user.setAppMetadata('tries', 3); api.access.deny('no');"),
        body("console.log('never');"),
    ]);
    assert!(matches!(outcome.verdict, Verdict::Denied(_)));
    assert_eq!(outcome.runs.len(), 1);
    assert_eq!(outcome.decisions.app_metadata["tries"], json!(3));
}

#[test]
fn error_stops_pipeline_and_discards_its_decisions() {
    let outcome = run(&[
        body("api.user.setAppMetadata('a', 1);"),
        body("api.user.setAppMetadata('b', 2); api.access.deny('no'); throw new Error('x');"),
        body("console.log('never');"),
    ]);
    assert!(matches!(outcome.verdict, Verdict::Failed { .. }), "an error is no decision, also after one");
    assert_eq!(outcome.runs.len(), 2);
    assert_eq!(json!(outcome.decisions.app_metadata), json!({ "a": 1 }));
}

#[test]
fn challenge_stops_pipeline_until_factor_given() {
    let engine = Engine::new(Limits { time: std::time::Duration::from_secs(30), ..Limits::default() });
    let scripts = [
        rule("function (user, context, callback) { context.idToken.early = 1; callback(null, user, context); }"),
        body("api.authentication.challengeWith({ type: 'push-notification' });"),
        body("api.idToken.setCustomClaim('methods', event.authentication.methods.map((method) => [method.name, method.type]));
              api.authentication.challengeWithAny([{ type: 'push-notification' }, { type: 'otp' }]);"),
        body("console.log('end');"),
    ];
    let outcome = engine.run(&scripts, event());
    let Verdict::Challenge { next } = outcome.verdict else { panic!("{outcome:?}") };
    assert_eq!((next, outcome.runs.len()), (2, 2));

    let mut after = event();
    let given = json!({ "name": "mfa", "timestamp": "2025-10-09T08:54:00Z", "type": "push-notification" });
    after.document["authentication"]["methods"].as_array_mut().unwrap().push(given);
    let wanted = outcome.decisions.multifactor.clone();
    let outcome = engine.resume(&scripts, after, outcome.decisions, next, &["push-notification".to_owned()]);
    assert_eq!(outcome.decisions.multifactor, wanted, "what was passed is not wanted anew");
    assert_eq!(outcome.verdict, Verdict::Go, "the second challenge has been passed already: {outcome:?}");
    assert_eq!(outcome.decisions.id_token["methods"], json!([["pwd", null], ["mfa", "push-notification"]]));
    assert_eq!(outcome.decisions.id_token["early"], json!(1));
    assert_eq!(texts(&outcome), ["end"]);
}

/// A factor that was given an hour ago is not the one that is asked for now.
#[test]
fn factor_of_earlier_transaction_does_not_count() {
    let mut event = event();
    let given = json!({ "name": "mfa", "timestamp": "", "type": "otp" });
    event.document["authentication"]["methods"].as_array_mut().unwrap().push(given);
    let scripts = [body("api.authentication.challengeWith({ type: 'otp' });")];
    let outcome = Engine::new(Limits::default()).run(&scripts, event);
    assert_eq!(outcome.verdict, Verdict::Challenge { next: 1 });
}

#[test]
fn no_scripts_allow_everything() {
    let outcome = run(&[]);
    assert_eq!((outcome.verdict, outcome.decisions), (Verdict::Go, Decisions::default()));
}

/// Otherwise nobody is asked for anything, and the scripts that wait for the answer never run.
#[test]
fn withdrawn_challenge_stops_nothing() {
    let outcome = run(&[
        body("api.authentication.challengeWith({ type: 'otp' }); api.multifactor.enable('none');"),
        body("api.access.deny('not you');"),
    ]);
    assert!(
        matches!(&outcome.verdict, Verdict::Denied(refusal) if refusal.reason == "not you"),
        "{outcome:?}"
    );
}
