//! What cannot work is refused at the start, with the value and what it should be.

use std::sync::Arc;

use tenant::{Action, Config, ConfigErrors, OpenError, Password, SystemClock, Tenant};

use crate::harness::{ADA, PASSWORD, World, authorize, config};

async fn refused(change: impl FnOnce(&mut Config)) -> ConfigErrors {
    let mut config = config();
    change(&mut config);
    match Tenant::open(config, Arc::new(SystemClock)).await.err().expect("refused") {
        OpenError::Config(errors) => errors,
        other => panic!("{other:?}"),
    }
}

/// Where the one error is.
async fn place(change: impl FnOnce(&mut Config)) -> String {
    let errors = refused(change).await;
    assert_eq!(errors.0.len(), 1, "{errors}");
    errors.0[0].at.clone()
}

#[tokio::test]
async fn issuer_is_origin_and_slash() {
    for issuer in
        ["http://localhost:8090", "localhost:8090/", "http://localhost:8090/x/", "ftp://x/", "", "/"]
    {
        assert_eq!(place(|config| issuer.clone_into(&mut config.issuer)).await, "issuer", "{issuer}");
    }
}

#[tokio::test]
async fn sub_is_printable() {
    for sub in ["", "a\0b", "a\nb", "Ä", &"a".repeat(256)] {
        assert_eq!(
            place(|config| config.customers[0].sub = sub.to_owned()).await,
            "customers[0].sub",
            "{sub:?}"
        );
    }
    for email in ["nobody", "a @example.com", "a\0@example.com"] {
        let at = place(|config| config.customers[0].email = email.to_owned()).await;
        assert_eq!(at, "customers[0].email", "{email:?}");
    }
}

/// Proves: native-redirect-uris
#[tokio::test]
async fn uris_are_absolute_without_fragment() {
    for uri in [
        "/callback",
        "http://localhost/#",
        "http://a@b/",
        "",
        // What no app has registered for itself.
        "javascript:alert(1)",
        "JAVASCRIPT:alert(1)",
        "data:text/html,x",
        "file:///etc/passwd",
        "blob:http://localhost/x",
        "vbscript:x",
        "about:blank",
        "com.example.app:/callback#x",
        "com.example.app:",
    ] {
        let at = place(|config| config.clients[0].redirect_uris.push(uri.to_owned())).await;
        assert_eq!(at, "clients[0].redirect_uris[2]", "{uri}");
    }
    assert_eq!(place(|config| config.clients[0].redirect_uris.clear()).await, "clients[0].redirect_uris");
}

#[tokio::test]
async fn web_origin_is_as_browsers_write_it() {
    for origin in [
        "http://localhost:3000/",
        "HTTP://localhost:3000",
        "http://localhost:80",
        "http://LOCALHOST",
        "https://a.example:443",
        "localhost",
        "*",
        "null",
    ] {
        let at = place(|config| config.clients[0].web_origins = Some(vec![origin.to_owned()])).await;
        assert_eq!(at, "clients[0].web_origins[0]", "{origin}");
    }
    assert_eq!(place(|config| config.clients[0].grant_types.clear()).await, "clients[0].grant_types");
}

#[tokio::test]
async fn ids_are_unique() {
    type Change = fn(&mut Config);
    let twice: [(Change, &str); 6] = [
        (|config| config.actions = vec![Action::step_up(), Action::step_up()], "actions[1].name"),
        (|config| config.clients.push(config.clients[0].clone()), "clients[1].id"),
        (|config| config.apis.push(config.apis[0].clone()), "apis[1].identifier"),
        (
            |config| {
                let scope = config.apis[0].scopes[0].clone();
                config.apis[0].scopes.push(scope);
            },
            "apis[0].scopes[2].name",
        ),
        (|config| config.customers[1].sub = config.customers[0].sub.clone(), "customers[1].sub"),
        (|config| config.customers[1].email = config.customers[0].email.to_uppercase(), "customers[1].email"),
    ];
    for (change, at) in twice {
        assert_eq!(place(change).await, at);
    }
}

#[tokio::test]
async fn scopes_are_valid_and_step_up_scopes_exist() {
    for scope in ["", "two words", "quote\"", "openid"] {
        let at = place(|config| scope.clone_into(&mut config.apis[0].scopes[0].name)).await;
        assert_eq!(at, "apis[0].scopes[0].name", "{scope}");
    }
    let at = place(|config| config.apis[0].step_up_scopes.push("other".to_owned())).await;
    assert_eq!(at, "apis[0].step_up_scopes[1]");
}

#[tokio::test]
async fn action_has_name_and_one_text() {
    type Change = fn(&mut Action);
    let broken: [(Change, &str); 3] = [
        (|action| action.name.clear(), "name"),
        (|action| action.code = None, "file"),
        (|action| action.file = Some("mine.js".into()), "file"),
    ];
    for (break_it, at) in broken {
        let mut action = Action::step_up();
        break_it(&mut action);
        assert_eq!(place(|config| config.actions = vec![action]).await, format!("actions[0].{at}"));
    }
}

#[tokio::test]
async fn factors_are_usable_and_not_quoted() {
    let of = |change: fn(&mut tenant::EnrolledFactors)| {
        move |config: &mut Config| change(&mut config.customers[0].factors)
    };
    let secret = of(|factors| factors.totp_secret = Some("not base32!".to_owned()));
    assert_eq!(place(secret).await, "customers[0].factors.totp_secret");
    let errors =
        refused(of(|factors| factors.recovery_codes = vec!["1111-AAAA".into(), "sh0rt".into()])).await;
    assert_eq!(errors.0[0].at, "customers[0].factors.recovery_codes[1]");
    assert!(!errors.to_string().contains("sh0rt"), "{errors}");
    assert_eq!(place(|config| config.lifetimes.push = 601).await, "lifetimes.push");
}

#[tokio::test]
async fn lifetimes_are_positive() {
    let errors = refused(|config| {
        config.lifetimes.push = 0;
        config.apis[0].token_lifetime = Some(0);
    });
    assert_eq!(
        errors.await.to_string(),
        "apis[0].token_lifetime: it is 0; it must be at least 1\nlifetimes.push: it is 0; it must be at least 1"
    );
}

#[tokio::test]
async fn push_lifetime_is_at_most_ten_minutes() {
    let error = refused(|config| config.lifetimes.push = 601).await;
    assert_eq!(error.to_string(), "lifetimes.push: it is 601; it must be at most 600, ten minutes");
}

/// The memory is taken at the log-in, and more than there is ends the process.
/// Proves: password-hash-cost
#[tokio::test]
async fn expensive_hash_is_refused_with_remedy() {
    for cost in [
        "m=4294967295,t=1,p=1",
        "m=268435456,t=1,p=4",
        "m=262145,t=1,p=1",
        "m=8,t=4294967295,p=1",
        "m=262144,t=16,p=1",
        "m=134217720,t=1,p=16777215",
    ] {
        let hash = format!("$argon2id$v=19${cost}$c2FsdHNhbHQ$AAAAAAAAAAAAAAAAAAAAAA");
        let error = refused(|config| config.customers[0].password = Password::Hash(hash)).await.to_string();
        for part in ["customers[0].password", "auth0|1001", cost, "m may be 8 to 262144", "m=19456,t=2,p=1"] {
            assert!(error.contains(part), "{part}: {error}");
        }
    }
}

#[tokio::test]
async fn password_is_plain_or_argon2id_and_never_shown() {
    for hash in [
        "",
        "secret",
        "$argon2i$v=19$m=8,t=1,p=1$c2FsdHNhbHQ$AAAAAAAAAAAAAAAAAAAAAA",
        "$argon2id$v=19$m=8,t=1,p=1",
        "$argon2id$v=19$m=8,t=1,p=1$c2FsdHNhbHQ",
        "$argon2id$v=20$m=8,t=1,p=1$c2FsdHNhbHQ$AAAAAAAAAAAAAAAAAAAAAA",
    ] {
        let at = place(|config| config.customers[0].password = Password::Hash(hash.to_owned())).await;
        assert_eq!(at, "customers[0].password", "{hash}");
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
