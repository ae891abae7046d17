//! What can happen between a client's request and its last answer, as values. None of them has room for a password, a
//! code or a token; what else must not be read is taken out in [`redaction`](super::redaction).

use actions::Decisions;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::parameters::Parameter;

/// Something that happened. In JSON, `event` names the kind.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub(crate) enum Event {
    Request {
        endpoint: String,
        parameters: Vec<Parameter>,
    },
    /// Whether the browser has a session, and whether that is good enough for the request.
    Session {
        who: Option<CustomerName>,
        good_enough: bool,
        why: String,
    },
    LogInPage,
    /// E-mail and password were sent. `wait`: how many seconds until there may be another attempt.
    Password {
        email: String,
        outcome: PasswordOutcome,
        who: Option<CustomerName>,
        wait: Option<u64>,
    },
    /// A script of the tenant's owner ran. `kind`: "Action" or "Rule". `duration_us`: in microseconds. `decisions`: what it
    /// made of the request, a sentence each. `error`: what it threw, with its trace.
    ScriptRun {
        name: String,
        kind: String,
        duration_us: u64,
        console: Vec<Line>,
        decisions: Vec<String>,
        error: Option<String>,
        #[serde(default)]
        requests: Vec<ScriptRequest>,
    },
    /// A script sends the browser elsewhere before it goes on; or it has come back.
    ScriptRedirect {
        to: String,
    },
    ScriptContinued,
    /// What a run of scripts was told, and how it ended: enough to run it again.
    ScriptDecision(Box<ScriptDecision>),
    /// A step of the second factor. `details`: sentences for people.
    Factor {
        factor: Factor,
        step: FactorStep,
        details: Vec<String>,
    },
    FormRefused {
        form: String,
    },
    /// Something went wrong because a test had asked for it.
    Fault {
        name: String,
    },
    /// A test drives the tenant. `done`: a sentence.
    Control {
        call: String,
        done: String,
    },
    Cancelled,
    Granted {
        who: CustomerName,
        granted: Vec<String>,
        left_out: Vec<LeftOut>,
        second_factor: bool,
    },
    TokenIssued {
        token: Token,
        key: String,
        claims: Value,
    },
    /// A code was made. `code_challenge` is shortened like every hash here.
    CodeIssued {
        good_for: u64,
        redirect_uri: String,
        code_challenge: String,
    },
    CodeRedeemed,
    /// A refresh token was made, exchanged, revoked or found to be no good. `details`: a sentence.
    RefreshToken {
        step: RefreshTokenStep,
        details: String,
    },
    /// The token endpoint refused (RFC 6749, 5.2).
    TokenRefused {
        error: String,
        description: String,
    },
    /// The browser goes back to the client. `parameters`: the names of what it carries.
    Redirect {
        to: String,
        mode: String,
        parameters: Vec<String>,
        error: Option<Refusal>,
    },
    /// Refused on a page, since there is no address to trust.
    RefusedPage {
        sentence: String,
    },
    /// The userinfo endpoint was asked. `claims`: the names of what it told; `refused`: why it did not.
    UserInfo {
        who: Option<CustomerName>,
        claims: Vec<String>,
        refused: Option<Refusal>,
    },
    /// The customer is asked whether the session is to end, because the request did not name it.
    LogOutPage,
    /// The customer was asked, and the session goes on.
    StaysLoggedIn,
    /// A session was ended, if there was one. `to`: where the browser goes; `refused`: where it does not.
    LogOut {
        who: Option<CustomerName>,
        to: Option<String>,
        refused: Option<String>,
    },
    Phone {
        who: CustomerName,
        paired: bool,
    },
    /// A push service was given a message for the phone. `refused`: why it did not take it.
    PhoneMessage {
        service: String,
        refused: Option<String>,
    },
    /// The keys changed: which one signs, and which are published.
    Keys {
        signing: String,
        published: Vec<String>,
        rotated: bool,
    },
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct CustomerName {
    pub(crate) sub: String,
    pub(crate) name: String,
}

/// What became of e-mail and password. The page tells the customer less than this.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum PasswordOutcome {
    Right,
    Wrong,
    UnknownCustomer,
    /// The password is right, and `id_token_hint` asks for another customer.
    SomebodyElse,
    Incomplete,
    TooMany,
    TooManyOfPeer,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Factor {
    Push,
    OneTimeCode,
    RecoveryCode,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum FactorStep {
    Asked,
    Approved,
    Denied,
    /// Not the number that the other page shows, or not the code of now.
    Wrong,
    Stale,
    /// The answer came after the question was over.
    TooLate,
    Withdrawn,
    /// Too many questions or attempts: nobody is asked.
    TooMany,
    NotMe,
    Enrolled,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum RefreshTokenStep {
    Issued,
    Exchanged,
    /// It was used before, so that somebody else may have it: all that came of the same log-in are revoked.
    Reused,
    Invalid,
    Revoked,
    NothingToRevoke,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct LeftOut {
    pub(crate) scope: String,
    pub(crate) why: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Token {
    AccessToken,
    IdToken,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Refusal {
    pub(crate) error: String,
    pub(crate) description: String,
}

/// A request that a script sent. `body`: of the response. `failure`: why there is none; neither where nobody waited for it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ScriptRequest {
    pub(crate) method: String,
    pub(crate) url: String,
    pub(crate) status: Option<u16>,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Option<String>,
    pub(crate) failure: Option<String>,
}

/// One run of all scripts that were to run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct ScriptDecision {
    /// When it began, in milliseconds since 1970.
    pub(crate) clock: u64,
    /// `event`, without secrets and what is added for each script.
    pub(crate) told: Value,
    /// Scripts before this one ran before; what they decided, and the factors given since.
    pub(crate) next: usize,
    pub(crate) before: Decisions,
    pub(crate) given: Vec<String>,
    #[serde(default)]
    pub(crate) continues: bool,
    /// `go`, `challenge`, or why not.
    pub(crate) verdict: String,
    pub(crate) decided: Decisions,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Line {
    /// `log`, `info`, `warn`, `error` or `debug`, as the method of `console`.
    pub(crate) level: String,
    pub(crate) text: String,
}
