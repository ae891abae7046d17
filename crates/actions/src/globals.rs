//! Names that Node or browsers have and scripts here do not, each with what does instead.

const NETWORK: &str = "it is not here; fetch reaches the hosts that tenant.toml allows";
const STREAM: &str = "scripts have no streams here; a text or a Uint8Array does";
const BROWSER: &str =
    "scripts run in the tenant, not in a browser; what they need of the request is in event.request";
const THREADS: &str = "each script has one thread here; promises and timers do";
const FILES: &str = "scripts have no files here; packages come from the folder that tenant.toml names";

/// What is said to those who use one of these names.
const MISSING: [(&str, &str); 14] = [
    ("XMLHttpRequest WebSocket EventSource CloseEvent axios", NETWORK),
    ("URLPattern", "it is not here; a regular expression does"),
    ("Crypto SubtleCrypto", "crypto.subtle has digests and HMAC"),
    (
        "Intl",
        "there are no languages here, and toLocaleString knows none either; toISOString and toFixed are the same everywhere, and \
         event.transaction.locale names the user's language",
    ),
    (
        "TextEncoderStream TextDecoderStream ReadableStream WritableStream TransformStream CompressionStream DecompressionStream",
        STREAM,
    ),
    ("PerformanceObserver", "it is not here; Date.now() has milliseconds"),
    ("reportError", "it is not here; console.error prints, and throw ends the script"),
    ("WebAssembly", "scripts are JavaScript alone here"),
    ("SharedArrayBuffer Atomics Worker MessageChannel MessagePort MessageEvent BroadcastChannel", THREADS),
    ("CustomEvent DOMException", "it is not here; Event and Error are"),
    ("window self document location navigator", BROWSER),
    ("localStorage", "it is not here; api.cache keeps values between log-ins, and app_metadata for the user"),
    ("sessionStorage", "it is not here; api.transaction.setMetadata keeps values for one log-in"),
    ("Deno Bun __dirname __filename", FILES),
];

/// What does instead of the name, where it is one of these.
pub(crate) fn remedy(name: &str) -> Option<&'static str> {
    MISSING
        .iter()
        .find(|(names, _)| names.split(' ').any(|missing| missing == name))
        .map(|(_, remedy)| *remedy)
}
