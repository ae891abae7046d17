//! Barriers in a page, as [axe-core](https://github.com/dequelabs/axe-core) finds them: WCAG 2.2 as far as a program can
//! see, and what it calls best practice.

use crate::{Page, TestError, packages};
use serde_json::json;

/// Whether the page has the program already, and else leaves it there.
const IS_THERE: &str = "typeof axe !== 'undefined'";

/// Each rule that is broken, and where.
const BROKEN: &str = "axe.run({ resultTypes: ['violations'] }).then(found => found.violations.flatMap(rule =>
    rule.nodes.map(node => `${rule.id}: ${node.target.join(' ')}: ${node.failureSummary.replace(/\\s+/g, ' ')}`)))";

impl Page {
    /// What keeps people out of the page as it is now: a line for each thing. None is what is wanted.
    pub async fn barriers(&self) -> Result<Vec<String>, TestError> {
        if self.evaluate(IS_THERE).await? == false {
            let program = packages::of("tests/accessibility")?.join("node_modules/axe-core/axe.min.js");
            let program = std::fs::read_to_string(&program)
                .map_err(|error| TestError::permanent(format!("{}: {error}", program.display())))?;
            // As the browser's own protocol does it, whatever the page's Content-Security-Policy says.
            self.devtools("Runtime.evaluate", json!({ "expression": program })).await?;
        }
        let broken = self.evaluate(BROKEN).await?;
        serde_json::from_value(broken.clone())
            .map_err(|_| TestError::permanent(format!("axe-core answers {broken}")))
    }
}
