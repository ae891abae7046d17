//! What the core asks of the world. The shell's driver is one `match` over this.

use alloc::{borrow::Cow, boxed::Box, string::String, vec::Vec};

use crate::{
    domain::WebUrl,
    http::{FormText, HttpRequest, RequestId},
    oidc::{RsaKey, UnverifiedJws},
    storage::StorageKey,
    view::PastTransfer,
};

/// One thing to do. The shell does them in order.
#[derive(Debug)]
pub enum Effect {
    /// Send a request; answer with [`crate::Event::Answered`].
    Fetch(RequestId, Box<HttpRequest>),
    /// Check an RS256 signature (RSASSA-PKCS1-v1_5 with SHA-256); answer with [`crate::Event::Verified`].
    Verify {
        /// To be named in the answer.
        check: CheckId,
        /// The token: what was signed, and the signature.
        token: Box<UnverifiedJws>,
        /// The key.
        key: Box<RsaKey>,
    },
    /// Keep a text for this tab (`sessionStorage`).
    Store(StorageKey, String),
    /// Forget it.
    Remove(StorageKey),
    /// Forget every [`StorageKey::Request`]: an answer to an earlier request is good for nothing from here on.
    ForgetRequests,
    /// Read it and forget it, in one step; answer with [`crate::Event::Taken`].
    Take(StorageKey),
    /// Leave this page for that address.
    Navigate(WebUrl),
    /// Leave this page for that address, which is sent these parameters as a form (`POST`).
    Submit(WebUrl, FormText),
    /// Show this path in the address bar: as a new entry of the history, or in place of the one that is up.
    ShowAddress {
        /// The path of a [`crate::domain::Place`].
        path: Cow<'static, str>,
        /// Does Back lead to what was there before?
        is_new_entry: bool,
    },
    /// Give the customer these payments as a file.
    Export(Vec<PastTransfer>),
    /// Load this page anew.
    Reload,
    /// Answer with [`crate::Event::TimerFired`] after that many milliseconds.
    SetTimer(Timer, u32),
}

/// What a timer is for. Setting it again replaces it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Timer {
    /// The session's token is about to expire, or expires.
    SessionEnds,
    /// The sentence before the second factor has been readable for a moment.
    Leave,
    /// The customer has stopped typing what to look for.
    Search,
    /// The bank wants to be asked again now for what is only read.
    Retry,
    /// The page has been left alone for so long that there is something to show.
    Idle,
    /// It is time to ask once more what became of a transfer.
    AskAgain,
}

/// Names a signature check.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct CheckId(pub u32);
