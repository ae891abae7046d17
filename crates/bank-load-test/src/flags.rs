use std::path::PathBuf;
use std::time::Duration;

use clap::builder::RangedU64ValueParser;

/// Measure the bank beside an API on Express.
#[derive(clap::Parser)]
pub(crate) struct Flags {
    /// The bank's program.
    #[arg(long)]
    pub(crate) bank: PathBuf,
    /// Another build of it, to be measured beside this one.
    #[arg(long)]
    pub(crate) baseline: Option<PathBuf>,
    /// The folder of the Express API, with its packages installed.
    #[arg(long)]
    pub(crate) express: PathBuf,
    /// How many clients ask at the same time.
    #[arg(long, default_value_t = 64, value_parser = RangedU64ValueParser::<usize>::new().range(2..=1000))]
    pub(crate) connections: usize,
    /// How long each is measured each time, in seconds.
    #[arg(long, default_value = "5", value_parser = |text: &str| text.parse().map(Duration::from_secs))]
    pub(crate) seconds: Duration,
    /// How often each is measured; the median counts.
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u16).range(1..))]
    pub(crate) rounds: u16,
    /// How many transfers are prepared for each time; their tokens are good once.
    #[arg(long, default_value_t = 30_000)]
    pub(crate) transfers: usize,
    /// Measure the bank alone, with more and more in its books.
    #[arg(long)]
    pub(crate) growth: bool,
}
