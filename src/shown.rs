//! What is shown, and how a page follows it: the whole view is one signal, and each part of a page redraws when its own
//! piece has changed.
//!
//! Signals and closures of Leptos are generic, and each type of them is compiled anew. Here is one of each kind for all
//! pages, which makes the download a tenth smaller.

use std::sync::Arc;

use leptos::prelude::*;
use stepup::view::{AccountView, View};

/// The core's view. Shared, because every part of the page looks at it.
pub type Shown = ReadSignal<Arc<View>>;

/// The view again, but telling of a change in one piece of it only.
pub(crate) type Piece = Memo<Arc<View>>;

type Same = dyn Fn(&View, &View) -> bool + Send + Sync;

/// Follows the piece in which `same` sees a difference.
pub(crate) fn follow(shown: Shown, same: impl Fn(&View, &View) -> bool + Send + Sync + 'static) -> Piece {
    let same: Box<Same> = Box::new(same);
    Memo::new_owning(move |before: Option<Arc<View>>| {
        let now = shown.get();
        let changed = before.is_none_or(|before| !same(&before, &now));
        (now, changed)
    })
}

/// Follows a piece of the account.
pub(crate) fn follow_account<T: PartialEq + 'static>(shown: Shown, read: fn(&AccountView) -> &T) -> Piece {
    follow(shown, move |before, now| before.account().map(read) == now.account().map(read))
}

/// Draws again whenever a signal that was read has changed.
pub(crate) fn live(draw: impl Fn() -> AnyView + Send + 'static) -> AnyView {
    let draw: Box<dyn FnMut() -> AnyView + Send> = Box::new(draw);
    draw.into_any()
}

/// Nothing to draw.
pub(crate) fn nothing() -> AnyView {
    ().into_any()
}
