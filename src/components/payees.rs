//! Whom to pay: those that were paid last, and those that are saved. Pressing one fills the form.

use leptos::prelude::*;
use stepup::{
    domain::{Field, Message, Payee},
    view::{PayeesStatus, PayeesView},
};

use super::{button::ButtonKind, problem};
use crate::{
    focus,
    intent::{Dispatch, Intent},
    markup::{Markup, ROOT, around, fixed, with_text},
    messages,
    view_signal::{ViewSignal, dynamic, empty, slice_of_account},
};

pub(crate) fn payees(signal: ViewSignal) -> AnyView {
    let view_slice = slice_of_account(signal, |account| &account.payees);
    let lists = dynamic(move || view_slice.get().account().map_or_else(empty, |it| lists(&it.payees)));
    around(r#"<div class="payees"></div>"#, vec![lists])
}

fn lists(payees: &PayeesView) -> AnyView {
    let mut lists = Markup::new("<div></div>");
    if !payees.recent.is_empty() {
        lists.view(ROOT, fixed(r#"<h2 id="recent-payees" data-text="payees.recent"></h2>"#));
        lists.view(
            ROOT,
            list(r#"<ul aria-labelledby="recent-payees"></ul>"#, &payees.recent, Change::save(payees)),
        );
    }
    if !payees.saved.is_empty() {
        lists.view(ROOT, fixed(r#"<h2 id="saved-payees" data-text="payees.saved"></h2>"#));
        lists.view(
            ROOT,
            list(r#"<ul aria-labelledby="saved-payees"></ul>"#, &payees.saved, Some(Change::Delete)),
        );
    }
    lists.into_view()
}

/// What can be done with a payee besides paying.
#[derive(Clone, Copy)]
enum Change {
    Save,
    Delete,
}

impl Change {
    fn save(payees: &PayeesView) -> Option<Self> {
        payees.are_offered.then_some(Self::Save)
    }

    fn label(self) -> &'static str {
        match self {
            Self::Save => "payees.save",
            Self::Delete => "payees.delete",
        }
    }

    fn intent(self, payee: Payee) -> Intent {
        match self {
            Self::Save => Intent::SavePayee(payee),
            Self::Delete => Intent::DeletePayee(payee),
        }
    }
}

fn list(html: &'static str, payees: &[Payee], change: Option<Change>) -> AnyView {
    around(html, payees.iter().map(|payee| line(payee, change)).collect())
}

fn line(payee: &Payee, change: Option<Change>) -> AnyView {
    let dispatch = expect_context::<Dispatch>();
    let mut line = Markup::new(
        r#"<li class="payee"><button type="button" class="payee-choice" slot="choose"><span dir="auto" slot="name"></span><span class="iban quiet" dir="ltr" slot="iban"></span></button></li>"#,
    );
    let iban = payee.iban.grouped();
    line.text("name", &payee.name);
    line.text("iban", &iban);
    let chosen = payee.clone();
    line.listen("choose", "click", move |_| {
        dispatch.send(Intent::Edited(Field::Name, chosen.name.clone()));
        dispatch.send(Intent::Edited(Field::Payee, iban.clone()));
        dispatch.send(Intent::Left(Field::Payee));
        focus::focus("#amount");
    });
    if let Some(change) = change {
        line.view(ROOT, change_button(change.label(), change.intent(payee.clone()), &payee.name));
    }
    line.into_view()
}

/// With the name for those who do not see the line.
fn change_button(label: &'static str, intent: Intent, name: &str) -> AnyView {
    let dispatch = expect_context::<Dispatch>();
    let mut button = Markup::new(
        r#"<button type="button" class="button small"><span slot="label"></span><span class="visually-hidden" slot="name"></span></button>"#,
    );
    button.text("label", &messages::text(label));
    button.text("name", &[" ", name].concat());
    button.listen(ROOT, "click", move |_| {
        focus::focus(focus::PAGE_HEADING);
        dispatch.send(intent.clone());
    });
    button.into_view()
}

/// "Save payee" below a receipt, unless that is done.
pub(crate) fn save_button(payees: &PayeesView, payee: Payee) -> Option<(&'static str, Intent, ButtonKind)> {
    let is_saved = payees.saved.iter().any(|saved| saved.iban == payee.iban);
    (payees.are_offered && !is_saved).then_some((
        "payees.save",
        Intent::SavePayee(payee),
        ButtonKind::Secondary,
    ))
}

/// What has become of a change, on whatever page the customer is; the region stays, so that it is heard.
pub(crate) fn status(signal: ViewSignal) -> AnyView {
    let view_slice = slice_of_account(signal, |account| &account.payees.status);
    let said = dynamic(move || {
        let view = view_slice.get();
        let with_name = |id, payee: &Payee| {
            let arguments = vec![("name", payee.name.clone())];
            with_text(r#"<p class="good"></p>"#, &messages::message(&Message { id, arguments }))
        };
        match view.account().map(|account| &account.payees.status) {
            Some(PayeesStatus::Changing) => {
                with_text(r#"<p class="quiet"></p>"#, &messages::text("payees.changing"))
            }
            Some(PayeesStatus::Saved(payee)) => with_name("payees.is_saved", payee),
            Some(PayeesStatus::Deleted(payee)) => with_name("payees.is_deleted", payee),
            Some(PayeesStatus::Failed(failed)) => {
                around("<div></div>", vec![problem::alert(failed), problem::details(failed)])
            }
            Some(PayeesStatus::None) | None => empty(),
        }
    });
    around(r#"<div class="payees-status" role="status"></div>"#, vec![said])
}
