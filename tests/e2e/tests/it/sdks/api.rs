//! Auth0's library for an API on Express.

use super::{ask, log_in, token, transfer};
use e2e::sdks::{Wish, visit};

/// Proves: sdk-express-api
#[test]
fn accepts_tokens_and_refuses_them_without_the_scope() {
    visit(Wish::default(), async |visit| {
        let api = visit.api().await?;
        visit.open("auth0-js").await?;
        log_in(visit).await?;
        let balance = token(visit).await?;
        assert_eq!(
            ask(&api, "GET", "/balance", &balance).await?,
            (201, r#"{"message":"This is the GET /balance endpoint"}"#.to_owned())
        );
        assert_eq!(ask(&api, "POST", "/transfer", &balance).await?, (403, "Insufficient scope".to_owned()));

        transfer(visit).await?;
        visit.page.status().reads("transfer:funds").await?;
        let funds = token(visit).await?;
        assert_eq!(
            ask(&api, "POST", "/transfer", &funds).await?,
            (201, r#"{"message":"This is the POST /transfer endpoint"}"#.to_owned())
        );
        assert_eq!(ask(&api, "GET", "/balance", &funds).await?.0, 403, "it was not asked for");

        let (signed, _) = funds.rsplit_once('.').unwrap_or_default();
        for token in ["", &format!("{signed}.AAAA"), "Bearer x"] {
            assert_eq!(ask(&api, "POST", "/transfer", token).await?.0, 401, "{token:?}");
        }
        Ok(())
    });
}
