//! What is wrong with a script, with the line where it is.

/// What is right where a step is not known.
const STEPS: &str = "click, type, wait, open, \"log_in\" or \"second_factor\"";

pub(super) fn error(error: &serde_json::Error, text: &str, file: &str) -> String {
    let (number, column) = (error.line(), error.column().max(1));
    let message = error.to_string();
    let message = message.strip_suffix(&format!(" at line {number} column {}", error.column()));
    let message = message.map_or_else(|| error.to_string(), str::to_owned);
    let message = match message.strip_prefix("unknown variant ").and_then(|rest| rest.split_once(',')) {
        Some((name, _)) => format!("unknown step {name}; a step is {STEPS}"),
        None => message,
    };
    let line = text.lines().nth(number.saturating_sub(1)).unwrap_or_default();
    let margin = " ".repeat(number.to_string().len());
    let arrow = " ".repeat(column - 1);
    format!("{file}:{number}:{column}: {message}\n {margin} |\n {number} | {line}\n {margin} | {arrow}^")
}
