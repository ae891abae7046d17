//! What the customer is asked to confirm, in their language: the same on both devices.

use crate::domain::{ConfirmationPrompt, NameCheck, Payment, PromptSentence};
use crate::language::{Language, Message};
use crate::page_context::{language, t};

pub(super) struct PromptView<'a> {
    pub(super) client: &'a str,
    pub(super) sentences: Vec<Message>,
    pub(super) payment: Option<PaymentView<'a>>,
}

impl<'a> PromptView<'a> {
    pub(super) fn of(prompt: &'a ConfirmationPrompt) -> Self {
        let client = prompt.client.as_str();
        let sentences = prompt.sentences.iter().map(|it| sentence(it, client)).collect();
        Self { client, sentences, payment: prompt.payment.as_deref().map(PaymentView::of) }
    }
}

fn sentence(sentence: &PromptSentence, client: &str) -> Message {
    match sentence {
        PromptSentence::Scope(scope) => {
            t("asks.to").with("client", client).with("what", scope.asks_to_in(language().tag))
        }
        PromptSentence::Permission(scope) => t("asks.permission").with("client", client).with("scope", scope),
        PromptSentence::Identity => t("asks.identity").with("client", client),
        PromptSentence::More => t("asks.again").with("client", client),
    }
}

pub(super) struct PaymentView<'a> {
    /// "Pay €12.50 to Ben Example?"
    pub(super) question: Message,
    pub(super) amount: String,
    pub(super) name: Option<(&'a str, NameCheckView)>,
    pub(super) iban: String,
    pub(super) recipient: String,
    pub(super) reference: &'a str,
}

pub(super) struct NameCheckView {
    pub(super) class: &'static str,
    pub(super) sentence: Message,
}

impl<'a> PaymentView<'a> {
    pub(super) fn of(payment: &'a Payment) -> Self {
        let amount = money(payment, language());
        let question = match payment.name() {
            Some((name, _)) => t("pay.question_to").with("name", name),
            None => t("pay.question"),
        };
        Self {
            question: question.with("amount", &amount),
            amount,
            name: payment.name().map(|(name, check)| (name, NameCheckView::of(check))),
            iban: payment.iban(),
            recipient: payment.recipient(),
            reference: payment.reference(),
        }
    }
}

impl NameCheckView {
    fn of(check: NameCheck) -> Self {
        let (class, id) = match check {
            NameCheck::Match => ("yes", "pay.check.match"),
            NameCheck::CloseMatch => ("warn", "pay.check.close-match"),
            NameCheck::NoMatch => ("no", "pay.check.no-match"),
            NameCheck::NotPossible => ("warn", "pay.check.not-possible"),
        };
        Self { class, sentence: t(id) }
    }
}

/// As people write it in this language: `€1,234.50`, `1.234,50 €`. A currency without a symbol there has its code.
fn money(payment: &Payment, language: &'static Language) -> String {
    let written = |id: &'static str| Message::new(language, id);
    let number = payment.grouped(&written("money.group").to_string(), &written("money.decimal").to_string());
    let symbol = format!("money.symbol.{}", payment.currency());
    let (pattern, symbol) = if language.has(&symbol) {
        ("money.pattern", Message::new(language, symbol).to_string())
    } else {
        ("money.code_pattern", payment.currency().to_owned())
    };
    let text = language.text(pattern, None).unwrap_or("{number} {symbol}");
    text.replace("{symbol}", &symbol).replace("{number}", &number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn money_is_written_as_in_each_language() {
        let payment = |currency: &str, amount: &str| {
            let text = format!(
                r#"[{{"type":"payment_initiation","identifier":"1","instructedAmount":{{"currency":"{currency}","amount":"{amount}"}},"creditorAccount":{{"iban":"GB82WEST12345698765432"}},"remittanceInformationUnstructured":""}}]"#
            );
            Payment::parse(&text).unwrap()
        };
        for (tag, currency, amount, expected) in [
            ("en", "EUR", "1234.50", "€1,234.50"),
            ("en", "CHF", "1234567.05", "CHF\u{a0}1,234,567.05"),
            ("en", "JPY", "1250", "¥1,250"),
            ("de", "EUR", "1234.50", "1.234,50\u{a0}€"),
            ("de", "KWD", "1.250", "1,250\u{a0}KWD"),
            ("fr", "EUR", "1234.50", "1\u{202f}234,50\u{a0}€"),
            ("fr", "USD", "0.99", "0,99\u{a0}$US"),
            ("ar", "EUR", "1234.50", "1,234.50\u{a0}€"),
        ] {
            assert_eq!(money(&payment(currency, amount), Language::by_tag(tag).unwrap()), expected, "{tag}");
        }
    }
}
