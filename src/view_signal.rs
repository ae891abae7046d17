//! What is shown, and how a page follows it: the whole view is one signal, and each part of a page redraws when its own
//! piece has changed.
//!
//! Signals and closures of Leptos are generic, and each type of them is compiled anew. Here is one of each kind for all
//! pages, which makes the download a tenth smaller.

use std::sync::Arc;

use leptos::prelude::*;
use stepup::view::{AccountView, View};

use crate::focus;

/// The core's view. Shared, because every part of the page looks at it.
pub type ViewSignal = ReadSignal<Arc<View>>;

/// The view again, but telling of a change in one piece of it only.
pub(crate) type ViewSlice = Memo<Arc<View>>;

type Same = dyn Fn(&View, &View) -> bool + Send + Sync;

/// Follows the piece in which `same` sees a difference.
pub(crate) fn slice_of(
    signal: ViewSignal,
    same: impl Fn(&View, &View) -> bool + Send + Sync + 'static,
) -> ViewSlice {
    let same: Box<Same> = Box::new(same);
    Memo::new_owning(move |before: Option<Arc<View>>| {
        let now = signal.get();
        let changed = before.is_none_or(|before| !same(&before, &now));
        (now, changed)
    })
}

/// Follows a piece of the account.
pub(crate) fn slice_of_account<T: PartialEq + 'static>(
    signal: ViewSignal,
    read: fn(&AccountView) -> &T,
) -> ViewSlice {
    slice_of(signal, move |before, now| before.account().map(read) == now.account().map(read))
}

/// Draws again whenever a signal that was read has changed, as new elements.
///
/// A browser that translates a page puts elements of its own where the texts were. A text that is changed in place after
/// that is changed where nobody sees it: the old words stay, and the button below them does something else. Elements that
/// are replaced take everything inside along, whoever put it there.
pub(crate) fn dynamic(draw: impl Fn() -> AnyView + Send + 'static) -> AnyView {
    let draw: Box<dyn Fn() -> AnyView + Send> = Box::new(draw);
    patched(Box::new(move || replaced(draw())))
}

/// The same, but the elements stay and only what differs is changed. No text may be among that: see [`replaced`].
pub(crate) fn patched(draw: Box<dyn FnMut() -> AnyView + Send>) -> AnyView {
    draw.into_any()
}

/// A part of something [`patched`] that is drawn anew with it. (A function within a view is: Leptos cannot know whether
/// it is the same as before.) It has to consist of elements, without texts beside them.
pub(crate) fn replaced(view: AnyView) -> AnyView {
    focus::survive_replacement();
    let mut view = Some(view);
    patched(Box::new(move || view.take().unwrap_or_else(empty)))
}

/// Nothing to draw.
pub(crate) fn empty() -> AnyView {
    ().into_any()
}
