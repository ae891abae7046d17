//! A bank that gets too many orders from one customer.

use crate::steps::{RENT, ask_for_step_up, at_the_provider, code, rent_was_paid_once, sees_balance};
use e2e::{
    people::ADA,
    scenario,
    servers::{Api, Setup},
};

/// On another origin, where a page reads only the headers that the bank lets it read.
/// Proves: client-429-transfer
#[test]
fn too_many_transfers_move_nothing_and_say_when_to_retry() {
    let setup = Setup { transfers_per_minute: 1, api: Api::BankElsewhere, ..Setup::default() };
    scenario(setup, async |context| {
        let page = &context.page;
        let (phone, number) = at_the_provider(context).await?;
        phone.choose(&number).await?;
        page.status().reads("Transfer sent").await?;
        page.button("Make another transfer").click().await?;
        sees_balance(page, ADA.opening - RENT.minor).await?;

        let number = ask_for_step_up(page, RENT).await?;
        phone.choose(&number).await?;
        let said = page.alert().reads("Too many transfers in a short time").await?;
        assert!(said.contains("No money was moved. Try again in "), "{said}");
        assert_eq!(code(page).await?, "transfer.too-many-requests");
        page.button("Send it again").appears().await?;
        assert_eq!(
            context.servers.statuses("POST", "/transfer"),
            [Some(403), Some(201), Some(403), Some(429)],
            "and nothing is sent by itself"
        );
        rent_was_paid_once(context).await
    });
}
