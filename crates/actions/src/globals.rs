//! Names that Node or browsers have and scripts here do not, each with what does instead.

const NETWORK: &str = "scripts have no network here; what they need can stand in their secrets, in app_metadata or in api.cache";
const BINARY: &str = "it is not here; atob, btoa and Uint8Array are";
const STREAM: &str = "scripts have no streams here; a text or a Uint8Array does";
const BROWSER: &str =
    "scripts run in the tenant, not in a browser; what they need of the request is in event.request";
const THREADS: &str = "each script has one thread here; promises and timers do";
const FILES: &str = "scripts have no files and no packages here; put all of it into one file";
const EVENTS: &str = "it is not here; plain functions and promises do";

/// What is said to those who use one of these names.
const MISSING: [(&str, &str); 26] = [
    (
        "fetch Request Response Headers FormData XMLHttpRequest WebSocket EventSource CloseEvent axios",
        NETWORK,
    ),
    ("AbortController AbortSignal", "there is nothing here that could be aborted; a timer and a flag do"),
    (
        "URL",
        "it is not here; event.request.query has the parameters of the request, and text.split does for others",
    ),
    ("URLPattern", "it is not here; a regular expression does"),
    (
        "URLSearchParams",
        "it is not here; event.request.query has the parameters of the request, and encodeURIComponent writes others",
    ),
    (
        "crypto",
        "there is no cryptography here; event.transaction.id is unique for each request, and Math.random() does for what is no secret",
    ),
    ("Crypto", "there is no cryptography here; event.transaction.id is unique for each request"),
    ("CryptoKey SubtleCrypto", "there is no cryptography here"),
    ("structuredClone", "it is not here; JSON.parse(JSON.stringify(value)) copies what has a JSON form"),
    (
        "Intl",
        "there are no languages here, and toLocaleString knows none either; toISOString and toFixed are the same everywhere, and \
         event.transaction.locale names the user's language",
    ),
    (
        "TextEncoder",
        "it is not here; unescape(encodeURIComponent(text)) has one character for each byte of UTF-8",
    ),
    (
        "TextDecoder",
        "it is not here; decodeURIComponent(escape(bytes)) reads a text with one character for each byte of UTF-8",
    ),
    (
        "TextEncoderStream TextDecoderStream ReadableStream WritableStream TransformStream CompressionStream DecompressionStream",
        STREAM,
    ),
    ("Blob File Buffer", BINARY),
    (
        "process",
        "there is no process here; event.secrets and event.configuration have what a script may know",
    ),
    ("performance PerformanceObserver", "it is not here; Date.now() has milliseconds"),
    ("queueMicrotask", "it is not here; Promise.resolve().then(act) does the same"),
    ("reportError", "it is not here; console.error prints, and throw ends the script"),
    ("WebAssembly", "scripts are JavaScript alone here"),
    ("SharedArrayBuffer Atomics Worker MessageChannel MessagePort MessageEvent BroadcastChannel", THREADS),
    ("Event CustomEvent EventTarget", EVENTS),
    ("DOMException", "it is not here; Error and TypeError are"),
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
