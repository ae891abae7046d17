//! What phones need: a client that can be installed, and amounts that stay whole with large letters.

use crate::steps::{RENT, log_in, open, review};
use e2e::{Page, TestContext, TestError, eventually, people::ADA, scenario, servers::Setup};
use serde_json::{Value, json};

#[test]
fn client_can_be_installed() {
    scenario(Setup::default(), async |context| {
        let TestContext { servers, page, .. } = context;
        open(context).await?;
        let found = page.devtools("Page.getAppManifest", json!({})).await?;
        assert_eq!(
            (&found["url"], &found["errors"]),
            (&json!(servers.app.at("/app.webmanifest")), &json!([]))
        );
        let manifest: Value =
            serde_json::from_str(found["data"].as_str().unwrap_or_default()).unwrap_or_default();
        assert_eq!(manifest["display"], "standalone");
        let icons = manifest["icons"].as_array().cloned().unwrap_or_default();
        assert!(icons.iter().any(|icon| icon["purpose"] == "maskable"));
        for icon in icons {
            let load = format!(
                "(async () => {{ const image = new Image(); image.src = {}; await image.decode(); return image.width; }})()",
                icon["src"]
            );
            let width = page.evaluate(&load).await?;
            let expected =
                icon["sizes"].as_str().and_then(|sizes| sizes.split('x').next()?.parse::<u64>().ok());
            assert!(expected.is_none_or(|expected| width == expected), "{icon} is {width} wide");
        }
        Ok(())
    });
}

/// Nothing is wider than the window, and each amount is on one line.
async fn is_whole(page: &Page) -> Result<(), TestError> {
    let broken =
        "[...document.querySelectorAll('.balance-amount, .entry-amount, .receipt-amount dd > span')].filter(it => {
        const range = document.createRange();
        range.selectNodeContents(it);
        const tops = [...range.getClientRects()].map(box => Math.round(box.top));
        return new Set(tops).size > 1 || it.scrollWidth > it.clientWidth + 1;
      }).map(it => it.textContent)";
    eventually("whole amounts in a page as wide as its window", async || {
        let wide = page.evaluate("document.documentElement.scrollWidth - innerWidth").await?;
        let broken = page.evaluate(broken).await?;
        if wide.as_i64() <= Some(0) && broken == json!([]) {
            return Ok(());
        }
        let widest = "[...document.querySelectorAll('body *')].filter(it => it.getBoundingClientRect().right > innerWidth + 1)
            .map(it => `${it.tagName}.${it.className}`)";
        let widest = page.evaluate(widest).await?;
        Err(TestError::transient(format!("{wide} px too wide because of {widest}, broken: {broken}")))
    })
    .await
}

#[test]
fn amounts_stay_whole_on_small_phones_with_letters_twice_as_large() {
    scenario(Setup { currency: "KWD", ..Setup::default() }, async |context| {
        let page = &context.page;
        crate::steps::leave_to_log_in(context).await?;
        e2e::provider_pages::enter_password(page, ADA.email, e2e::people::PASSWORD).await?;
        page.test_id("balance").reads("KWD 250.000").await?;
        page.looks(320, 640, false).await?;
        let larger = "document.documentElement.style.setProperty('font-size', '200%')";
        page.evaluate(larger).await?;
        is_whole(page).await?;
        page.link("Pay").click().await?;
        page.field("Payee name").fill(RENT.name).await?;
        page.field("Pay to (IBAN)").fill(RENT.payee).await?;
        page.field("Amount").fill("249.999").await?;
        page.button("Transfer").click().await?;
        page.button("Confirm transfer").appears().await?;
        is_whole(page).await?;
        Ok(())
    });
    scenario(Setup::default(), async |context| {
        let page = &context.page;
        log_in(context, ADA).await?;
        page.looks(320, 640, false).await?;
        review(page, RENT).await?;
        is_whole(page).await?;
        Ok(())
    });
}
