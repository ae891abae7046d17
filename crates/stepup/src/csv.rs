//! Payments as a table that programs for tables read (RFC 4180).

use alloc::{borrow::Cow, string::String};

use crate::{domain::Money, view::PastTransfer};

/// How many columns there are.
pub const COLUMNS: usize = 8;

/// One line for each payment, below the names of the columns: time, name, IBAN, reference, amount, currency, balance, number.
#[must_use]
pub fn write(names: &[String; COLUMNS], list: &[PastTransfer]) -> String {
    let mut table = String::new();
    push_line(&mut table, names.each_ref().map(|name| Cow::Borrowed(name.as_str())));
    for payment in list {
        let amount = if payment.outgoing { -payment.money.amount } else { payment.money.amount };
        let amount = Money { amount, currency: payment.money.currency.clone() };
        push_line(
            &mut table,
            [
                Cow::Borrowed(payment.at.as_str()),
                text(&payment.counterparty),
                text(&payment.iban),
                text(&payment.reference),
                amount.decimal().into(),
                text(&amount.currency),
                payment.balance.as_ref().map(Money::decimal).unwrap_or_default().into(),
                text(payment.number.as_deref().unwrap_or_default()),
            ],
        );
    }
    table
}

/// What others wrote is a text, whatever it begins with: a program for tables would take some of it for a formula.
fn text(text: &str) -> Cow<'_, str> {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n']) {
        ["'", text].concat().into()
    } else {
        text.into()
    }
}

fn push_line(table: &mut String, cells: [Cow<'_, str>; COLUMNS]) {
    for (at, cell) in cells.into_iter().enumerate() {
        if at > 0 {
            table.push(',');
        }
        if cell.contains([',', '"', '\r', '\n', ';']) {
            table.push_str(&["\"", &cell.replace('"', "\"\""), "\""].concat());
        } else {
            table.push_str(&cell);
        }
    }
    table.push_str("\r\n");
}

#[cfg(test)]
mod tests {
    use super::*;

    fn payment(name: &str, reference: &str) -> PastTransfer {
        PastTransfer {
            id: "1".into(),
            outgoing: true,
            counterparty: name.into(),
            iban: "GB82 WEST".into(),
            money: Money { amount: 1250, currency: "EUR".into() },
            reference: reference.into(),
            at: "2026-11-30T10:00:00Z".into(),
            number: Some("T-1".into()),
            balance: Some(Money { amount: 98_750, currency: "EUR".into() }),
        }
    }

    /// Proves: payments-csv
    #[test]
    fn cells_are_quoted_and_no_formulas() {
        let names = ["a", "b", "c", "d", "e", "f", "g", "h"].map(str::to_string);
        let lines = |name, reference| {
            let table = write(&names, &[payment(name, reference)]);
            table.strip_prefix("a,b,c,d,e,f,g,h\r\n").unwrap().to_string()
        };
        let rest = "-12.50,EUR,987.50,T-1\r\n";
        let expect = |name: &str, reference: &str| {
            ["2026-11-30T10:00:00Z,", name, ",GB82 WEST,", reference, ",", rest].concat()
        };
        assert_eq!(lines("Ben", "Rent"), expect("Ben", "Rent"));
        assert_eq!(lines("Ben, \"B\"", "a\nb"), expect("\"Ben, \"\"B\"\"\"", "\"a\nb\""));
        assert_eq!(lines("=1+1", "@SUM(A1)"), expect("'=1+1", "'@SUM(A1)"));
        assert_eq!(lines("+49", "-cmd"), expect("'+49", "'-cmd"));
        assert_eq!(lines("\tx", "\r=1"), expect("'\tx", "\"'\r=1\""));
    }
}
