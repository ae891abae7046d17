//! The bank's own face: what the configuration block sets, without a rebuild.

use crate::looks::look;
use crate::steps::{WELCOME, is_webassembly};
use e2e::{TestContext, scenario, servers::Setup};
use serde_json::{Value, json};

fn example_bank(config: &mut Value) {
    config["brand"] = json!({
        "name": "Example Bank",
        "logo": "/icons/icon.svg",
        "accent": "#7a1f5c",
        "contact": "help@bank.example",
        "terms": "https://bank.example/terms",
        "privacy": "/privacy.html",
    });
}

/// Proves: brand-shown
#[test]
fn brand_is_there_from_the_first_paint_on() {
    scenario(Setup { config: example_bank, ..Setup::default() }, async |context| {
        let TestContext { servers, page, .. } = context;
        let gate = servers.app.when(is_webassembly).hold();
        page.open(&servers.app.at("/")).await?;
        gate.wait_until_reached().await?;
        for is_there in [false, true] {
            if is_there {
                gate.open();
                page.css("#app > .masthead").appears().await?;
            }
            page.heading(WELCOME).appears().await?;
            let logo = "(logo => [logo.alt, logo.naturalWidth > 0])(document.querySelector('.brand img'))";
            page.evaluate("document.querySelector('.brand img').decode()").await?;
            assert_eq!(page.evaluate(logo).await?, json!(["Example Bank", true]));
            assert!(
                page.evaluate("document.title").await?.as_str().is_some_and(|it| it.contains("Example Bank"))
            );
            let color = "getComputedStyle(document.querySelector('.button.primary')).backgroundColor";
            assert_eq!(page.evaluate(color).await?, "rgb(122, 31, 92)");
        }
        let links = ["Contact", "Terms", "Privacy"].map(|name| page.link(name));
        let [contact, terms, privacy] = &links;
        assert_eq!(contact.attribute("href").await?.as_deref(), Some("mailto:help@bank.example"));
        assert_eq!(terms.attribute("href").await?.as_deref(), Some("https://bank.example/terms"));
        assert_eq!(privacy.attribute("href").await?, Some(servers.app.at("/privacy.html")));
        look(page, "brand").await?;
        let installed = page.devtools("Page.getAppManifest", json!({})).await?;
        assert_eq!(installed["errors"], json!([]));
        let manifest: Value =
            serde_json::from_str(installed["data"].as_str().unwrap_or_default()).unwrap_or_default();
        assert_eq!(
            (&manifest["name"], &manifest["start_url"]),
            (&json!("Example Bank"), &json!(servers.app.at("/")))
        );
        let console = context.browser.console().await?.join("\n");
        assert!(!console.contains("manifest-src") && !console.contains("img-src"), "{console}");
        Ok(())
    });
}

/// Proves: brand-checked
#[test]
fn unreadable_colour_is_refused_with_its_contrast() {
    let config = |config: &mut Value| config["brand"] = json!({ "accent": "#ffcc00" });
    scenario(Setup { config, ..Setup::default() }, async |context| {
        let TestContext { servers, page, .. } = context;
        page.open(&servers.app.at("/")).await?;
        page.alert().reads("This page is not set up correctly").await?;
        page.button("Details for support").click().await?;
        page.everything().reads("a contrast of 1.40:1 on the page: text needs 4.50:1").await?;
        Ok(())
    });
}
