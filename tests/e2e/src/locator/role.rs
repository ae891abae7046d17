//! How a thing is told from others.

/// How a thing is told from others.
#[derive(Debug, Clone)]
pub(crate) enum By {
    /// By its role, and by its accessible name.
    Role(Role, Option<String>),
    /// By a selector.
    Css(String),
}

/// The roles that tests look for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    Button,
    Field,
    Combobox,
    /// What the keyboard gets to: a button, a field or a link.
    Control,
    Link,
    Heading,
    Status,
    Alert,
}

impl Role {
    /// Elements that may have the role: what the browser computes decides.
    pub(super) fn candidates(self) -> &'static str {
        match self {
            Self::Button => "button, summary, input[type=submit], input[type=button], [role=button]",
            Self::Field => "input, textarea, [role=textbox]",
            Self::Combobox => "select, [role=combobox]",
            Self::Control => "button, input, textarea, summary, a[href]",
            Self::Link => "a[href], [role=link]",
            Self::Heading => "h1, h2, h3, h4, [role=heading]",
            Self::Status => "output, [role=status]",
            Self::Alert => "[role=alert]",
        }
    }

    pub(super) fn is_computed(self, role: &str) -> bool {
        match self {
            Self::Button => matches!(role, "button" | "DisclosureTriangle"),
            Self::Field => matches!(role, "textbox" | "searchbox" | "spinbutton"),
            Self::Combobox => role == "combobox",
            Self::Control => [Self::Button, Self::Field, Self::Link].iter().any(|it| it.is_computed(role)),
            Self::Link => role == "link",
            Self::Heading => role == "heading",
            Self::Status => role == "status",
            Self::Alert => role == "alert",
        }
    }
}
