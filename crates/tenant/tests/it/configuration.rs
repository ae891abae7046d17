//! What cannot work is refused at the start, with the value and what it should be.

use std::sync::Arc;

use tenant::{Action, Config, ConfigError, OpenError, Password, SystemClock, Tenant};

use crate::harness::{ADA, PASSWORD, World, authorize, config};

async fn refused(change: impl FnOnce(&mut Config)) -> OpenError {
    let mut config = config();
    change(&mut config);
    Tenant::open(config, Arc::new(SystemClock)).await.err().expect("refused")
}

#[tokio::test]
async fn an_issuer_is_an_origin_and_a_slash() {
    for issuer in
        ["http://localhost:8090", "localhost:8090/", "http://localhost:8090/x/", "ftp://x/", "", "/"]
    {
        let error = refused(|config| issuer.clone_into(&mut config.issuer)).await;
        assert!(matches!(error, OpenError::Config(ConfigError::Issuer(_))), "{issuer}: {error}");
    }
}

#[tokio::test]
async fn addresses_are_absolute_and_without_a_fragment() {
    for uri in ["/callback", "http://localhost/#", "javascript:alert(1)", "http://a@b/", ""] {
        let error = refused(|config| config.clients[0].redirect_uris.push(uri.to_owned())).await;
        assert!(matches!(error, OpenError::Config(ConfigError::RedirectUri { .. })), "{uri}: {error}");
    }
    for origin in
        ["http://localhost:3000/", "HTTP://localhost:3000", "http://localhost:80", "localhost", "*", "null"]
    {
        let error = refused(|config| config.clients[0].web_origins = Some(vec![origin.to_owned()])).await;
        assert!(error.to_string().contains("an origin as browsers write it"), "{origin}: {error}");
    }
    let error = refused(|config| config.clients[0].grant_types.clear()).await;
    assert!(error.to_string().contains("empty grant_types"), "{error}");
    let error = refused(|config| config.clients[0].redirect_uris.clear()).await;
    assert!(matches!(error, OpenError::Config(ConfigError::NoRedirectUri(_))), "{error}");
}

#[tokio::test]
async fn names_are_unique() {
    let twice: [fn(&mut Config); 5] = [
        |config| config.actions = vec![Action::step_up(), Action::step_up()],
        |config| config.clients.push(config.clients[0].clone()),
        |config| config.apis.push(config.apis[0].clone()),
        |config| config.customers[1].sub = config.customers[0].sub.clone(),
        |config| config.customers[1].email = config.customers[0].email.to_uppercase(),
    ];
    for change in twice {
        let error = refused(change).await;
        assert!(matches!(error, OpenError::Config(ConfigError::Twice { .. })), "{error}");
    }
}

#[tokio::test]
async fn scopes_can_be_written_in_a_request_and_step_up_scopes_exist() {
    for scope in ["", "two words", "quote\"", "openid"] {
        let error = refused(|config| scope.clone_into(&mut config.apis[0].scopes[0].name)).await;
        assert!(matches!(error, OpenError::Config(ConfigError::Scope { .. })), "{scope}: {error}");
    }
    let error = refused(|config| config.apis[0].step_up_scopes.push("other".to_owned())).await;
    assert!(matches!(error, OpenError::Config(ConfigError::StepUpScope { .. })), "{error}");
}

#[tokio::test]
async fn an_action_has_a_name_and_one_text() {
    let broken: [fn(&mut Action); 3] = [
        |action| action.name.clear(),
        |action| action.code = None,
        |action| action.file = Some("mine.js".into()),
    ];
    for break_it in broken {
        let mut action = Action::step_up();
        break_it(&mut action);
        let error = refused(|config| config.actions.push(action)).await;
        assert!(matches!(error, OpenError::Config(ConfigError::Action(_))), "{error}");
    }
}

#[tokio::test]
async fn nothing_lasts_zero_seconds() {
    let error = refused(|config| config.lifetimes.push = 0).await;
    assert_eq!(error.to_string(), "lifetimes.push is 0; it must be at least 1");
}

#[tokio::test]
async fn a_push_is_good_for_ten_minutes_at_most() {
    let error = refused(|config| config.lifetimes.push = 601).await;
    assert_eq!(error.to_string(), "lifetimes.push is 601; it must be at most 600, ten minutes");
}

#[tokio::test]
async fn a_password_is_plain_or_an_argon2id_hash_and_never_shown() {
    for hash in [
        "",
        "secret",
        "$argon2i$v=19$m=8,t=1,p=1$c2FsdHNhbHQ$AAAAAAAAAAAAAAAAAAAAAA",
        "$argon2id$v=19$m=8,t=1,p=1",
    ] {
        let error = refused(|config| config.customers[0].password = Password::Hash(hash.to_owned())).await;
        assert!(matches!(error, OpenError::Password { .. }), "{hash}: {error}");
    }
    let error = refused(|config| config.customers[0].password = Password::Plain(String::new())).await;
    assert!(error.to_string().contains("auth0|1001"), "{error}");

    let mut config = config();
    config.customers[0].password = Password::Plain(PASSWORD.to_owned());
    assert!(!format!("{config:?}").contains(PASSWORD));
    let mut browser = World::with(config).await.browser();
    let page = browser.follow(&authorize("openid")).await;
    assert!(browser.log_in(&page, ADA, PASSWORD).await.fragment().contains_key("id_token"));
}
