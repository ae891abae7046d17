//! `cargo xtask bench size`: what a customer's phone downloads, against the budget. `cargo xtask bench page`: how long it waits.
//! `cargo xtask bench bank`: the bank under load.

use crate::commands::{dist, torture};
use crate::failure::{Failure, Result};
use crate::process::{run_logged, run_shown};
use crate::progress::say;
use crate::project::Project;
use crate::tools::{self, browser, node};
use fs_err as fs;
use std::process::Command;

/// For everything together in one language, in bytes after brotli. The goal is 125,000.
const BUDGET: usize = 159_000;

/// Builds the client if need be, and prints the sizes of what the browser loads.
pub(crate) fn size(project: &Project) -> Result {
    dist::ensure(project, &tools::ensure(project)?)?;
    let root = project.dist();
    let mut total = [0; 3];
    say(&row("bytes", ["raw", "gzip -9", "brotli 11"].map(str::to_owned)));
    for path in dist::files(&root)? {
        let name = path.strip_prefix(&root).unwrap_or(&path).to_string_lossy().into_owned();
        if name.starts_with("callback") {
            continue; // for hosts without a fall-back, instead of the page, never besides it
        }
        let sizes = dist::sizes(&path)?;
        say(&row(&name, sizes.map(grouped)));
        if name.starts_with("icons") {
            continue; // fetched when the client is installed
        }
        if name.starts_with("messages") && !name.starts_with("messages/en") {
            continue; // instead of the English ones
        }
        total.iter_mut().zip(sizes).for_each(|(total, size)| *total += size);
    }
    say(&row("total in English", total.map(grouped)));
    verdict(total[2])
}

/// Gets the packages of the Express API that the bank is measured beside, builds the bank, and measures.
pub(crate) fn bank(project: &Project, arguments: &[String]) -> Result {
    let express = project.root.join("bench").join("express");
    node::ensure(project)?;
    node::packages(project, &express)?;
    let mut bench = torture::built(project, "bank-load-test")?;
    run_shown(bench.arg("--express").arg(&express).args(arguments))
}

/// How the client on React is built: as its users' tools would.
const BUNDLE: [&str; 7] = [
    "node_modules/esbuild/bin/esbuild",
    "react/main.jsx",
    "--bundle",
    "--minify",
    "--format=esm",
    "--jsx=automatic",
    "--define:process.env.NODE_ENV=\"production\"",
];

/// Builds the client and the two that it is measured beside, and measures them in a browser.
pub(crate) fn page(project: &Project, arguments: &[String]) -> Result {
    let browser = browser::ensure(project)?;
    let node = node::ensure(project)?;
    let clients = project.root.join("bench").join("page");
    node::packages(project, &clients)?;
    dist::ensure(project, &tools::ensure(project)?)?;
    let react = project.target.join("page-bench").join("react");
    let mut esbuild = Command::new(node);
    esbuild.current_dir(&clients).args(BUNDLE).arg(format!("--outfile={}", react.join("main.js").display()));
    run_logged(&mut esbuild, &project.log("esbuild"))?;
    fs::copy(clients.join("react").join("index.html"), react.join("index.html"))?;
    let mut bench = project.cargo();
    bench.args(["run", "--quiet", "--package", "page-bench", "--"]);
    bench.arg("--dist").arg(project.dist());
    bench.arg("--bare").arg(clients.join("bare")).arg("--react").arg(react);
    run_shown(browser.given_to(bench.args(arguments)))
}

fn verdict(brotli: usize) -> Result {
    let (budget, difference) = (grouped(BUDGET), grouped(BUDGET.abs_diff(brotli)));
    if brotli <= BUDGET {
        say(&format!("within the budget of {budget} bytes: {difference} to spare"));
        return Ok(());
    }
    Err(Failure::new(
        format!("over the budget of {budget} bytes by {difference}"),
        "look at what the last changes brought in: `cargo tree -p riser --target wasm32-unknown-unknown -e normal`",
    ))
}

fn row(name: &str, [raw, gzip, brotli]: [String; 3]) -> String {
    format!("{name:<40}{raw:>12}{gzip:>12}{brotli:>12}")
}

/// `1234567` as `1,234,567`.
fn grouped(number: usize) -> String {
    if number < 1000 {
        number.to_string()
    } else {
        format!("{},{:03}", grouped(number / 1000), number % 1000)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_budget_may_be_reached_but_not_passed() {
        assert!(verdict(BUDGET).is_ok());
        let failure = verdict(BUDGET + 1234).expect_err("over the budget");
        assert!(failure.what.ends_with("by 1,234"), "{}", failure.what);
    }

    #[test]
    fn long_numbers_are_grouped() {
        let numbers = [0, 12, 123, 1234, 123_456, 1_234_567].map(grouped);
        assert_eq!(numbers, ["0", "12", "123", "1,234", "123,456", "1,234,567"]);
    }
}
