//! What the demo's customers have received and paid in the three months before today: the same payments on the same day.

use bank::{History, PastPayment, SavedPayee};
use jiff::civil::{Date, Weekday};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};

use super::{ADA, BEN, CITY_ENERGY, Holder};

/// No day of the month comes four times in so many days.
const DAYS: i64 = 89;

const fn payee(name: &'static str, iban: &'static str) -> Holder {
    Holder { name, iban, opening: 0, login: None, payer: None }
}

/// It pays salaries, and nobody logs in as it.
const STUDIO: Holder = Holder {
    opening: 10_000_000,
    payer: Some("demo|northwind"),
    ..payee("Northwind Studio", "DE27370400440800100000")
};
const LANDLORD: Holder = payee("Lindenhof Rentals", "AT242011182221219800");
const SAVINGS: Holder = payee("Example Savings", "DE02100500000054540402");
const MARKET: Holder = payee("Green Market", "BE68539007547034");
const METRO: Holder = payee("Metro Transport", "ES9121000418450200051332");
const MOBILE: Holder = payee("Clear Mobile", "IE29AIBK93115212345678");

/// Whom customers have paid, besides each other and the company that every demo has.
pub(super) const OTHERS: [Holder; 6] = [STUDIO, LANDLORD, SAVINGS, MARKET, METRO, MOBILE];

/// On this day of each month, from whom, to whom, how much, and the reference before the month.
const MONTHLY: [(i8, Holder, Holder, i64, &str); 10] = [
    (1, ADA, LANDLORD, 94_000, "Rent"),
    (2, ADA, METRO, 4_900, "Monthly ticket"),
    (2, BEN, METRO, 2_900, "Student ticket"),
    (3, ADA, MOBILE, 1_999, "Mobile 4821,"),
    (3, BEN, MOBILE, 999, "Mobile 9377,"),
    (5, ADA, CITY_ENERGY, 6_420, "Customer 48213, instalment"),
    (25, STUDIO, ADA, 208_000, "Salary"),
    (26, ADA, SAVINGS, 50_000, "Savings"),
    (28, STUDIO, BEN, 12_000, "Tutoring"),
    (12, ADA, CITY_ENERGY, 1_250, "Charging station"),
];

const BIG_SHOPS: [i64; 5] = [6_235, 4_810, 7_184, 5_527, 3_960];
const SMALL_SHOPS: [i64; 4] = [1_845, 2_390, 1_275, 2_730];
const BENS_SHOPS: [i64; 3] = [2_115, 1_680, 2_440];

/// The history as of this moment (Unix seconds), and two payees of each customer.
pub(super) fn history(now: i64) -> History {
    let today = date(now);
    let days = today.saturating_sub(DAYS.days()).series(1.day()).take_while(|day| *day < today);
    let payments = days.flat_map(payments_of).collect();
    let payees = [(ADA, BEN), (ADA, CITY_ENERGY), (BEN, ADA), (BEN, MOBILE)];
    let payees = payees.into_iter().filter_map(|(customer, payee)| {
        Some(SavedPayee {
            subject: customer.subject()?.to_owned(),
            iban: payee.iban.to_owned(),
            name: payee.name.to_owned(),
        })
    });
    History { payments, payees: payees.collect() }
}

/// How much more has come to an account than has gone from it, in cents.
pub(super) fn net(history: &History, holder: &Holder) -> i64 {
    let sum = |is_meant: &dyn Fn(&PastPayment) -> bool| -> i64 {
        history.payments.iter().filter(|it| is_meant(it)).map(|it| it.amount_minor).sum()
    };
    sum(&|it| it.payee_iban == holder.iban) - sum(&|it| Some(it.subject.as_str()) == holder.subject())
}

fn date(now: i64) -> Date {
    Timestamp::from_second(now).unwrap_or_default().to_zoned(TimeZone::UTC).date()
}

/// In the order of the hours.
fn payments_of(day: Date) -> Vec<PastPayment> {
    let month = day.strftime("%B %Y").to_string();
    let mut payments: Vec<PastPayment> = MONTHLY
        .iter()
        .filter(|(on, ..)| *on == day.day())
        .filter_map(|(_, from, to, amount, what)| {
            payment(day, 6, from, to, *amount, format!("{what} {month}"))
        })
        .collect();
    // Weeks since 1970, so that the same day has the same payments whenever it is looked at.
    let week = usize::try_from(day.duration_since(Date::ZERO).as_hours() / 24 / 7).unwrap_or_default();
    let pick = |amounts: &[i64]| amounts.get(week % amounts.len()).copied().unwrap_or_default();
    let card =
        |hour, from: &Holder, amount| payment(day, hour, from, &MARKET, amount, "Groceries".to_owned());
    payments.extend(
        match day.weekday() {
            Weekday::Wednesday => vec![card(17, &ADA, pick(&SMALL_SHOPS))],
            Weekday::Friday if week % 2 == 0 => vec![payment(day, 21, &ADA, &BEN, 2_450, "Pizza".to_owned())],
            Weekday::Friday => vec![payment(day, 20, &BEN, &ADA, 1_600, "Cinema".to_owned())],
            Weekday::Saturday => vec![card(10, &ADA, pick(&BIG_SHOPS)), card(11, &BEN, pick(&BENS_SHOPS))],
            _ => Vec::new(),
        }
        .into_iter()
        .flatten(),
    );
    payments
}

fn payment(
    day: Date,
    hour: i64,
    from: &Holder,
    to: &Holder,
    amount_minor: i64,
    reference: String,
) -> Option<PastPayment> {
    let midnight = day.to_zoned(TimeZone::UTC).ok()?.timestamp().as_second();
    Some(PastPayment {
        subject: from.subject()?.to_owned(),
        payee_iban: to.iban.to_owned(),
        payee_name: to.name.to_owned(),
        amount_minor,
        currency: "EUR".to_owned(),
        reference,
        at: midnight + hour * 3_600,
    })
}

#[cfg(test)]
mod tests {
    use super::super::{Demo, accounts};
    use super::*;

    const DAY: i64 = 86_400;

    /// Whatever today is, each account ends with what the demo promises and is never below zero.
    #[test]
    fn balances_are_possible_on_every_day_of_four_years() {
        let first = 1_767_225_600; // 2026-01-01
        for now in (0..4 * 366).map(|day| first + day * DAY + 40_000) {
            let history = history(now);
            let mut balances: Vec<_> = accounts(Demo::Full, &history)
                .into_iter()
                .map(|it| (it.iban, it.subject, it.balance_minor))
                .collect();
            let mut last = 0;
            for payment in &history.payments {
                assert!(payment.at >= last && payment.at < now, "{payment:?}");
                last = payment.at;
                for (iban, subject, balance) in &mut balances {
                    if *iban == payment.payee_iban {
                        *balance += payment.amount_minor;
                    }
                    if subject.as_deref() == Some(&payment.subject) {
                        *balance -= payment.amount_minor;
                    }
                    assert!(*balance >= 0, "{iban} on {}", date(payment.at));
                }
            }
            for holder in [ADA, BEN] {
                let (.., balance) = balances.iter().find(|(iban, ..)| iban == holder.iban).unwrap();
                assert_eq!(*balance, holder.opening, "{}", holder.name);
            }
            assert!(history.payments.len() > 60, "{}", history.payments.len());
        }
    }

    #[test]
    fn same_day_has_same_payments() {
        let now = 1_795_000_000;
        let [today, tomorrow] = [now, now + DAY].map(|now| history(now).payments);
        let common = |payments: &[PastPayment]| -> Vec<_> {
            let from = now - 80 * DAY;
            let to = now - DAY;
            let kept = payments.iter().filter(|it| (from..to).contains(&it.at));
            kept.map(|it| (it.at, it.amount_minor, it.reference.clone())).collect()
        };
        assert_eq!(common(&today), common(&tomorrow));
    }
}
