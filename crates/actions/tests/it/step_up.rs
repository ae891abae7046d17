//! Our own Action, Rule and `acr_values` Rule ask for a second factor exactly when they should.

use actions::{Engine, Kind, Limits, Script, Verdict};

use crate::harness::{event, with_query};

const ACTION: &str = include_str!("../scripts/step-up.action.js");
const RULE: &str = include_str!("../scripts/step-up.rule.js");
const ACR_RULE: &str = include_str!("../scripts/acr-values.rule.js");

const MULTI_FACTOR: &str = "http://schemas.openid.net/pape/policies/2007/06/multi-factor";

/// Proves: script-mfa-conditions
#[test]
fn asks_for_factor_exactly_when_scripted() {
    let balance: &[(&str, &str)] = &[("scope", "openid view:balance")];
    let transfer: &[(&str, &str)] = &[("scope", "openid view:balance transfer:funds")];
    let salaries: &[(&str, &str)] = &[("scope", "openid profile")];
    let salaries_acr: &[(&str, &str)] = &[("scope", "openid profile"), ("acr_values", MULTI_FACTOR)];
    let cases = [
        (Kind::PostLogin, ACTION, "banking-app", balance, false),
        (Kind::PostLogin, ACTION, "banking-app", transfer, true),
        (Kind::PostLogin, ACTION, "another-app", transfer, false),
        (Kind::PostLogin, ACTION, "banking-app", salaries_acr, false),
        (Kind::Rule, RULE, "banking-app", balance, false),
        (Kind::Rule, RULE, "banking-app", transfer, true),
        (Kind::Rule, RULE, "another-app", transfer, false),
        (Kind::Rule, ACR_RULE, "salaries-app", salaries, false),
        (Kind::Rule, ACR_RULE, "salaries-app", salaries_acr, true),
        (Kind::Rule, ACR_RULE, "another-app", salaries_acr, false),
        (Kind::Rule, ACR_RULE, "salaries-app", transfer, false),
    ];
    for (kind, code, client, query, asks) in cases {
        let script = Script { name: "Step up".into(), kind, code: code.into(), ..Script::default() };
        let mut event = with_query(event(), query);
        event.document["client"]["client_id"] = client.into();
        let outcome = Engine::new(Limits::default()).run(&[script], event);
        assert_eq!(outcome.verdict, Verdict::Go, "{outcome:?}");
        let asked = outcome.decisions.multifactor;
        assert_eq!(asked.is_some(), asks, "{kind:?} for {client} with {query:?}");
        if let Some(asked) = asked {
            assert!(asked.factors.is_empty() && !asked.enrol && !asked.allow_remember_browser, "{asked:?}");
        }
    }
}
