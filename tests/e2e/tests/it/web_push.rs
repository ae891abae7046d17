//! Messages to a phone whose page is closed, in a real browser. Its push service is out of reach here: what the tenant sends is
//! tested in the tenant, and a message comes to the service worker as the browser itself would bring it.

use crate::steps;
use e2e::{Page, TestContext, TestError, eventually, scenario, servers::Setup};
use serde_json::json;

/// A subscription as `PushManager.subscribe` gives it; the keys are those of RFC 8291, 5.
const SUBSCRIPTION: &str = "PushManager.prototype.subscribe = async (options) => ({
  toJSON: () => ({
    endpoint: `https://fcm.googleapis.com/fcm/send/${options.applicationServerKey.length}`,
    keys: {
      p256dh: 'BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4',
      auth: 'BTBZMqHH6r4Tts7J_aSIgg',
    },
  }),
})";

async fn set_permission(page: &Page, origin: &str, setting: &str) -> Result<(), TestError> {
    let wanted = json!({ "permission": { "name": "notifications" }, "setting": setting, "origin": origin });
    page.devtools("Browser.setPermission", wanted).await.map(drop)
}

/// Proves: web-push
#[test]
fn phone_says_why_it_is_not_told_and_that_it_is() {
    scenario(Setup::default(), async |context| {
        let TestContext { servers, .. } = context;
        let phone = steps::phone(context).await?;
        let page = phone.page();
        let origin = servers.tenant.origin().to_owned();
        set_permission(page, &origin, "denied").await?;
        page.button("Notify me").click().await?;
        let refused = page.css(".messages [role=status]");
        refused.reads("Allow them in its settings").await?;
        // This browser has no push service.
        set_permission(page, &origin, "granted").await?;
        page.button("Notify me").click().await?;
        refused.reads("does not reach its push service").await?;

        page.evaluate(&format!("void ({SUBSCRIPTION})")).await?;
        page.button("Notify me").click().await?;
        page.button("Stop notifying me").appears().await?;
        let sent = servers.tenant.matching(|request| request.is("POST", "/phone/messages"));
        assert_eq!(sent.len(), 1, "only what the browser subscribed to");
        assert_eq!(sent[0].status.answered(), Some(303), "the tenant knows the service and the keys");
        page.reload().await?;
        page.button("Stop notifying me").click().await?;
        page.button("Notify me").appears().await?;
        Ok(())
    });
}

/// Proves: web-push
#[test]
fn message_becomes_a_notification() {
    scenario(Setup::default(), async |context| {
        let TestContext { servers, .. } = context;
        let phone = steps::phone(context).await?;
        let page = phone.page();
        let origin = servers.tenant.origin().to_owned();
        set_permission(page, &origin, "granted").await?;
        page.evaluate("navigator.serviceWorker.ready.then(() => true)").await?;
        page.devtools("ServiceWorker.enable", json!({})).await?;
        let data = json!({ "title": "Riser", "body": "A payment waits.", "tag": "1", "address": "/phone?request=1" });
        // The first worker of this profile.
        let message = json!({ "origin": origin, "registrationId": "0", "data": data.to_string() });
        let shown = "navigator.serviceWorker.ready.then((it) => it.getNotifications())
          .then((all) => all.map((it) => [it.title, it.body, it.data.address]))";
        // The worker may still be on its way into the browser's list. A second message about one request takes the place of the first.
        eventually("the notification", async || {
            page.devtools("ServiceWorker.deliverPushMessage", message.clone()).await?;
            match page.evaluate(shown).await? {
                shown if shown == json!([["Riser", "A payment waits.", "/phone?request=1"]]) => Ok(()),
                shown => Err(TestError::transient(shown.to_string())),
            }
        })
        .await?;
        Ok(())
    });
}
