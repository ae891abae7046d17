//! The permissions of this API.

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scope {
    ViewBalance,
    TransferFunds,
}

impl Scope {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::ViewBalance => "view:balance",
            Self::TransferFunds => "transfer:funds",
        }
    }
}
