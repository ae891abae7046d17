//! What is asked of the browser: Chromium or Firefox, whichever the driver is for.

use serde_json::{Value, json};

use super::BrowserOptions;

/// Nothing of its own on the network, and nothing in the way of a test.
const CHROMIUM: &[&str] = &[
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-dev-shm-usage",
    "--disable-features=Translate,OptimizationHints,MediaRouter",
    "--disable-search-engine-choice-screen",
    "--disable-sync",
    "--lang=en-US",
    "--accept-lang=en-US",
    "--no-first-run",
    "--password-store=basic",
    "--window-size=1280,900",
];

/// The body of New Session.
pub(super) fn request(options: &BrowserOptions) -> Value {
    let mut chromium: Vec<&str> = CHROMIUM.to_vec();
    let mut firefox = Vec::new();
    if !options.headed {
        chromium.push("--headless=new");
        firefox.push("-headless");
    }
    if is_root() {
        // Chromium does not start for root otherwise, as in many containers.
        chromium.push("--no-sandbox");
    }
    let (mut chromium, mut firefox) = (json!({ "args": chromium }), json!({ "args": firefox }));
    if let Some(binary) = &options.binary {
        chromium["binary"] = json!(binary);
        firefox["binary"] = json!(binary);
    }
    json!({
        "capabilities": {
            "alwaysMatch": {
                // A document counts as there once it is parsed.
                "pageLoadStrategy": "eager",
                "timeouts": { "implicit": 0, "pageLoad": 30_000, "script": 10_000 },
                "unhandledPromptBehavior": "dismiss",
            },
            // In the order in which a driver tries them.
            "firstMatch": [
                {
                    "browserName": "chrome",
                    "goog:chromeOptions": chromium,
                    "goog:loggingPrefs": { "browser": "ALL" },
                },
                { "browserName": "firefox", "moz:firefoxOptions": firefox },
            ],
        }
    })
}

#[cfg(target_os = "linux")]
fn is_root() -> bool {
    use std::os::unix::fs::MetadataExt as _;
    fs_err::metadata("/proc/self").is_ok_and(|process| process.uid() == 0)
}

#[cfg(not(target_os = "linux"))]
fn is_root() -> bool {
    false
}
