//! Randomness from the browser's generator (`crypto.getRandomValues`).

use stepup::domain::Entropy;

/// Fresh bytes for one event, or the name of what the browser lacks.
pub(super) fn draw() -> Result<Entropy, &'static str> {
    let mut bytes = [0; Entropy::LEN];
    getrandom::fill(&mut bytes).map_err(|_| "crypto.getRandomValues")?;
    Ok(Entropy::new(bytes))
}
