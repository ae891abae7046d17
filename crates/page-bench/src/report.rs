//! The table: medians, and ratios to the bare client.

use crate::browser::{CPU_SLOWDOWN, DOWNLOAD, LATENCY};
use crate::clients::Client;
use crate::measures::{LOADS, Measures, PARTS, ROWS};
use std::fmt;

/// All runs of all clients.
#[derive(Debug)]
pub(crate) struct Report {
    browser: String,
    clients: Vec<Measured>,
}

#[derive(Debug)]
struct Measured {
    client: Client,
    bytes: usize,
    runs: Vec<Measures>,
}

impl Report {
    /// The first client is the one that the others are compared with.
    pub(crate) fn new(browser: String, clients: impl Iterator<Item = Client>) -> Self {
        let clients = clients.map(|client| Measured { client, bytes: 0, runs: Vec::new() }).collect();
        Self { browser, clients }
    }

    pub(crate) fn add(&mut self, client: Client, measures: Measures) {
        self.clients.iter_mut().filter(|it| it.client == client).for_each(|it| it.runs.push(measures));
    }

    pub(crate) fn set_bytes(&mut self, client: Client, bytes: usize) {
        self.clients.iter_mut().filter(|it| it.client == client).for_each(|it| it.bytes = bytes);
    }

    /// A row with the median of each client, and the median of its ratios to the first client in the same run.
    fn row(
        &self,
        f: &mut fmt::Formatter<'_>,
        name: &str,
        value: impl Fn(&Measured, usize) -> Option<f64>,
    ) -> fmt::Result {
        write!(f, "{name:<50}")?;
        let runs = 0..self.clients[0].runs.len();
        let of_each = |at: &dyn Fn(usize) -> Option<f64>| median(runs.clone().filter_map(at));
        for it in &self.clients {
            cell(f, of_each(&|run| value(it, run)), 0)?;
        }
        for it in &self.clients[1..] {
            cell(f, of_each(&|run| Some(value(it, run)? / value(&self.clients[0], run)?)), 2)?;
        }
        writeln!(f)
    }
}

fn cell(f: &mut fmt::Formatter<'_>, value: Option<f64>, decimals: usize) -> fmt::Result {
    match value {
        Some(value) => write!(f, "{value:>10.decimals$}"),
        None => write!(f, "{:>10}", "–"),
    }
}

fn median(values: impl Iterator<Item = f64>) -> Option<f64> {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    let upper = *values.get(middle)?;
    Some(if values.len() % 2 == 1 { upper } else { f64::midpoint(values[middle - 1], upper) })
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let megabits = f64::from(DOWNLOAD) / 1e6;
        writeln!(
            f,
            "{} runs in {}: {LATENCY} ms round trip, {megabits} Mbit/s, CPU ÷ {CPU_SLOWDOWN}; medians in ms,",
            self.clients[0].runs.len(),
            self.browser
        )?;
        writeln!(f, "and the medians of each run's ratios to the first client (×)\n")?;
        write!(f, "{:<50}", "")?;
        for it in &self.clients {
            write!(f, "{:>10}", it.client.name())?;
        }
        for it in &self.clients[1..] {
            write!(f, "{:>10}", format!("{} ×", it.client.name()))?;
        }
        writeln!(f)?;
        #[expect(clippy::cast_precision_loss, reason = "far fewer bytes than 2^52")]
        self.row(f, "everything loaded, brotli (bytes)", |it, _| Some(it.bytes as f64))?;
        for (name, value) in ROWS {
            self.row(f, name, |it, run| value(&it.runs[run]))?;
        }
        for (name, load) in LOADS {
            writeln!(f, "\n{name}: since navigation")?;
            for (part, value) in PARTS {
                self.row(f, &format!("  {part}"), |it, run| value(load(&it.runs[run])))?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::measures::PageTimes;

    fn measures(time: f64) -> Measures {
        let times = PageTimes {
            time_origin: 0.0,
            first_paint: None,
            page: Some(time),
            code: None,
            compiled: None,
            keys: None,
            verified: None,
            balance_requested: None,
            balance: None,
            drawn: Some(time),
        };
        let (callback_cached, callback_uncached, reload) = (times, times, times);
        Measures {
            first_visit: time,
            first_paint: time,
            callback_cached,
            callback_uncached,
            step_up: time,
            reload,
        }
    }

    #[test]
    fn the_median_is_the_middle_or_between_the_two_in_the_middle() {
        assert_eq!(median([3.0, 1.0, 2.0].into_iter()), Some(2.0));
        assert_eq!(median([4.0, 1.0, 2.0, 3.0].into_iter()), Some(2.5));
        assert_eq!(median(std::iter::empty()), None);
    }

    #[test]
    fn ratios_are_those_within_a_run() {
        let mut report = Report::new("Chromium".to_owned(), [Client::Bare, Client::Riser].into_iter());
        for (bare, riser) in [(100.0, 200.0), (1000.0, 1500.0), (100.0, 110.0)] {
            report.add(Client::Bare, measures(bare));
            report.add(Client::Riser, measures(riser));
        }
        report.set_bytes(Client::Bare, 2_000);
        report.set_bytes(Client::Riser, 3_000);
        let text = report.to_string();
        let row = |name: &str| -> Vec<&str> {
            let line = text.lines().find(|line| line.trim_start().starts_with(name)).unwrap();
            line[line.len() - 30..].split_whitespace().collect()
        };
        assert_eq!(row("everything loaded"), ["2000", "3000", "1.50"]);
        assert_eq!(row("first paint"), ["100", "200", "1.50"]);
        assert_eq!(row("balance drawn"), ["100", "200", "1.50"]);
        assert_eq!(text.lines().find(|line| line.contains("keys there")).unwrap().matches('–').count(), 3);
    }
}
