//! A client on trial: first without a fault, then with each, and how what it does is judged.

mod evidence;

use std::io;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use crate::cases::{Case, Phase, RequestStyle};
use crate::player::{Customer, PAUSE, Player, StepFailure};
use crate::provider::{Control, ControlError, Provider, ProviderError, Registration, ReservedProvider};
use crate::recording_api::RecordingApi;
use crate::report::{CaseReport, Report, Verdict};
use crate::script::{PhaseScript, Script, Step};
use crate::webdriver::{Browser, BrowserOptions, Driver, DriverError, WebDriverError};

/// What a client has at least, to do what the good client needed no time for.
const MIN_PATIENCE: Duration = Duration::from_secs(3);
/// How much longer than without a fault a client may take before it counts as one that refuses.
const PATIENCE_FACTOR: u32 = 4;
/// How long success may still come after the client has shown that it refuses.
const GRACE: Duration = Duration::from_secs(1);

/// What is tried, and how.
#[derive(Debug, Clone)]
pub struct Options {
    pub registration: Registration,
    pub script: Script,
    /// The file of a tenant, for its APIs, Actions and customers.
    pub tenant: Option<tenant::Config>,
    pub cases: Vec<&'static Case>,
    /// Where a driver of a browser listens; without it, one is started.
    pub webdriver: Option<String>,
    pub browser: BrowserOptions,
    /// How long a step may take where nothing is wrong.
    pub timeout: Duration,
    /// How long a client that is shown a fault has to accept it; without it, by what it needs without a fault.
    pub patience: Option<Duration>,
    /// Where the picture of a page goes that did not get to the end.
    pub evidence: PathBuf,
}

#[derive(Debug, thiserror::Error)]
pub enum TrialError {
    #[error(transparent)]
    Provider(#[from] ProviderError),
    #[error("the script's API cannot listen at port {port}: {source}")]
    Api { port: u16, source: io::Error },
    #[error("{0}")]
    Driver(String),
    #[error("{0}")]
    Browser(String),
    #[error("{0}")]
    Control(String),
    /// Nothing was wrong, and the client did not get to the end.
    #[error("{0}")]
    Baseline(String),
    /// Success shows before there can be any.
    #[error(
        "{phase}: {condition} shows before the first step, so it does not tell success from what was there already. Name in `done` \
         something that comes with success"
    )]
    Early { phase: &'static str, condition: String },
    /// Success shows although there was none.
    #[error(
        "{phase}: {condition} shows although the customer has cancelled at the tenant, so it does not tell success from failure. \
         Name in `done` something that only a customer sees who got what was asked for"
    )]
    Indifferent { phase: &'static str, condition: String },
}

impl From<DriverError> for TrialError {
    fn from(error: DriverError) -> Self {
        Self::Driver(error.to_string())
    }
}

impl From<WebDriverError> for TrialError {
    fn from(error: WebDriverError) -> Self {
        Self::Browser(error.to_string())
    }
}

impl From<ControlError> for TrialError {
    fn from(error: ControlError) -> Self {
        Self::Control(error.to_string())
    }
}

impl From<StepFailure> for TrialError {
    fn from(StepFailure(why): StepFailure) -> Self {
        Self::Browser(why)
    }
}

/// Tries the client with each misbehaviour. `told` is what is shown meanwhile.
pub async fn try_client(
    provider: ReservedProvider,
    options: &Options,
    mut told: impl FnMut(&str),
) -> Result<Report, TrialError> {
    let began = Instant::now();
    let provider = provider.serve(options.tenant.clone(), &options.registration).await?;
    let api = match &options.script.api {
        None => None,
        Some(script) => {
            let failed = |source| TrialError::Api { port: script.port, source };
            Some(RecordingApi::serve(script).await.map_err(failed)?)
        }
    };
    let driver = match &options.webdriver {
        Some(address) => Driver::at(address),
        None => tokio::task::spawn_blocking(Driver::start)
            .await
            .map_err(|error| TrialError::Driver(error.to_string()))??,
    };
    let trial = Trial { options, provider, api, driver };

    told("without a fault");
    let (style, pace) = trial.baseline().await?;
    let mut results = Vec::new();
    for case in &options.cases {
        let result = trial.judge(case, style, pace).await?;
        told(&format!("{:<12} {}", result.verdict.name(), case.name));
        results.push(result);
    }
    Ok(Report {
        start: options.registration.start.clone(),
        client_id: options.registration.client_id.clone(),
        style,
        results,
        seconds: began.elapsed().as_secs_f64(),
    })
}

struct Trial<'a> {
    options: &'a Options,
    provider: Provider,
    api: Option<RecordingApi>,
    driver: Driver,
}

/// How long a client has for each step when it is shown a fault, by phase.
#[derive(Clone, Copy)]
struct Pace {
    log_in: Duration,
    step_up: Duration,
}

impl Pace {
    fn of(self, phase: Phase) -> Duration {
        match phase {
            Phase::LogIn => self.log_in,
            Phase::StepUp => self.step_up,
        }
    }
}

/// One visit, in a browser of its own.
struct ClientVisit<'a> {
    player: Player<'a>,
    /// How long a wait may take where nothing is wrong.
    timeout: Duration,
    limit: Limit,
}

/// When a wait is given up before its time is over.
#[derive(Clone, Copy)]
enum Limit {
    /// Never: nothing is wrong.
    Never,
    /// So long after the customer has cancelled.
    AfterCancel(Duration),
    /// So long after the tenant has misbehaved. Until then a slow machine is no refusal.
    AfterFault(Duration),
}

/// How a phase ended.
struct PhaseOutcome {
    done: bool,
    /// The step that did not work, and why.
    stuck: Option<String>,
    /// What the slowest wait took.
    slowest: Duration,
}

impl Trial<'_> {
    fn script(&self, phase: Phase) -> Option<&PhaseScript> {
        match phase {
            Phase::LogIn => Some(&self.options.script.log_in),
            Phase::StepUp => self.options.script.step_up.as_ref(),
        }
    }

    fn control(&self) -> &Control {
        &self.provider.control
    }

    /// A browser without a past, at a tenant without one.
    async fn browser(&self) -> Result<Browser, TrialError> {
        self.provider.reset().await?;
        Ok(Browser::start(&self.driver.address, &self.options.browser).await?)
    }

    fn visit<'b>(&'b self, browser: &'b Browser, customer: Customer, limit: Limit) -> ClientVisit<'b> {
        let start = &self.options.registration.start;
        let player = Player { browser, provider: &self.provider, api: self.api.as_ref(), start, customer };
        ClientVisit { player, timeout: self.options.timeout, limit }
    }

    /// What the client does where nothing is wrong: it has to succeed, and not to where the customer cancels.
    async fn baseline(&self) -> Result<(RequestStyle, Pace), TrialError> {
        let browser = self.browser().await?;
        let paced = self.baseline_in(&browser).await;
        let quit = browser.quit().await;
        let (style, pace) = paced?;
        quit?;
        for phase in [Phase::LogIn, Phase::StepUp] {
            if self.script(phase).is_some() {
                self.cancelled(phase, pace).await?;
            }
        }
        Ok((style, pace))
    }

    async fn baseline_in(&self, browser: &Browser) -> Result<(RequestStyle, Pace), TrialError> {
        let visit = self.visit(browser, Customer::Confirms, Limit::Never);
        let log_in = self.succeeds(&visit, Phase::LogIn).await?;
        let style = self.control().request_style().await?;
        let style = style.ok_or_else(|| {
            TrialError::Baseline("the client has logged in without a request to the tenant".to_owned())
        })?;
        let step_up = if self.options.script.step_up.is_some() {
            self.succeeds(&visit, Phase::StepUp).await?
        } else {
            log_in
        };
        let patience = |slowest: Duration| {
            self.options.patience.unwrap_or_else(|| (slowest * PATIENCE_FACTOR).max(MIN_PATIENCE))
        };
        Ok((style, Pace { log_in: patience(log_in), step_up: patience(step_up) }))
    }

    /// Plays a phase in which nothing is wrong; gives how long its slowest wait was.
    async fn succeeds(&self, visit: &ClientVisit<'_>, phase: Phase) -> Result<Duration, TrialError> {
        if phase == Phase::LogIn {
            visit.open().await?;
        }
        let Some(script) = self.script(phase) else { return Ok(Duration::ZERO) };
        if let Some(api) = &self.api {
            api.begin_phase();
        }
        if let Some(first) = script.steps.first() {
            visit.player.is_ready_for(first, self.options.timeout).await?;
        }
        if visit.player.holds(&script.done).await? {
            return Err(TrialError::Early { phase: phase.name(), condition: script.done.to_string() });
        }
        let outcome = visit.play(script).await?;
        if outcome.done {
            return Ok(outcome.slowest);
        }
        let why = outcome.stuck.unwrap_or_else(|| {
            format!("{} does not come, after {} s", script.done, self.options.timeout.as_secs())
        });
        let why =
            format!("{}: nothing is wrong, and the client does not get to the end: {why}", phase.name());
        Err(TrialError::Baseline(evidence::collect(visit.player.browser, self, &why).await))
    }

    /// The customer cancels: whatever the client shows then is not success.
    async fn cancelled(&self, phase: Phase, pace: Pace) -> Result<(), TrialError> {
        let browser = self.browser().await?;
        let outcome = self.cancelled_in(&browser, phase, pace).await;
        let quit = browser.quit().await;
        let outcome = outcome?;
        quit?;
        match self.script(phase) {
            Some(script) if outcome.done => {
                Err(TrialError::Indifferent { phase: phase.name(), condition: script.done.to_string() })
            }
            _ => Ok(()),
        }
    }

    async fn cancelled_in(
        &self,
        browser: &Browser,
        phase: Phase,
        pace: Pace,
    ) -> Result<PhaseOutcome, TrialError> {
        self.reach(browser, phase).await?;
        let visit = self.visit(browser, Customer::Cancels, Limit::AfterCancel(pace.of(phase)));
        if phase == Phase::LogIn {
            visit.open().await?;
        }
        visit.play_phase(self.script(phase)).await
    }

    /// Everything before the phase, with nothing wrong.
    async fn reach(&self, browser: &Browser, phase: Phase) -> Result<(), TrialError> {
        if phase == Phase::StepUp {
            self.succeeds(&self.visit(browser, Customer::Confirms, Limit::Never), Phase::LogIn).await?;
        }
        if let Some(api) = &self.api {
            api.begin_phase();
        }
        Ok(())
    }

    async fn judge(
        &self,
        case: &'static Case,
        style: RequestStyle,
        pace: Pace,
    ) -> Result<CaseReport, TrialError> {
        let began = Instant::now();
        if self.script(case.phase).is_none() {
            let note = "The script has no step_up.".to_owned();
            return Ok(CaseReport::new(case, Verdict::NotReached, style, note, began.elapsed()));
        }
        let browser = self.browser().await?;
        let judged = self.judge_in(&browser, case, pace).await;
        let quit = browser.quit().await;
        let (verdict, note) = judged?;
        quit?;
        Ok(CaseReport::new(case, verdict, style, note, began.elapsed()))
    }

    /// The fault lasts: a client that tries again by itself gets no better answer.
    async fn judge_in(
        &self,
        browser: &Browser,
        case: &Case,
        pace: Pace,
    ) -> Result<(Verdict, String), TrialError> {
        self.reach(browser, case.phase).await?;
        self.control().inject_fault(case.fault).await?;
        let visit = self.visit(browser, Customer::Confirms, Limit::AfterFault(pace.of(case.phase)));
        if case.phase == Phase::LogIn {
            visit.open().await?;
        }
        let outcome = visit.play_phase(self.script(case.phase)).await?;
        let happened = self.control().happened().await?;
        if happened == 0 {
            let note = outcome.stuck.unwrap_or_else(|| {
                "The client never asks for what would have been wrong, or its requests leave no room for it.".to_owned()
            });
            return Ok((Verdict::NotReached, note));
        }
        let verdict = if outcome.done { Verdict::Accepted } else { Verdict::Refused };
        Ok((verdict, evidence::page(browser).await))
    }
}

impl ClientVisit<'_> {
    async fn open(&self) -> Result<(), TrialError> {
        let start = self.player.start;
        self.player.browser.open(start).await.map_err(|error| {
            TrialError::Browser(format!("{start} does not open; is the client served there? {error}"))
        })
    }

    async fn play_phase(&self, script: Option<&PhaseScript>) -> Result<PhaseOutcome, TrialError> {
        match script {
            Some(script) => self.play(script).await,
            None => Ok(PhaseOutcome { done: false, stuck: None, slowest: Duration::ZERO }),
        }
    }

    /// Does the steps, and waits for success. A step that does not work is no error: after a refusal there may be nothing to
    /// click on.
    async fn play(&self, script: &PhaseScript) -> Result<PhaseOutcome, TrialError> {
        let mut slowest = Duration::ZERO;
        let mut stuck = None;
        let mut was_at_tenant = false;
        for (at, step) in script.steps.iter().enumerate() {
            let began = Instant::now();
            let why = tokio::select! {
                played = self.player.play(step, self.timeout) => played.err().map(|StepFailure(why)| why),
                () = self.limit_is_over(was_at_tenant) => Some("it does not go on".to_owned()),
            };
            if let Some(why) = why {
                stuck = Some(format!("step {}: {why}", at + 1));
                break;
            }
            was_at_tenant |= matches!(step, Step::LogIn | Step::SecondFactor);
            slowest = slowest.max(began.elapsed());
        }
        let began = Instant::now();
        // Who is stuck has had the time already.
        let timeout = if stuck.is_some() { Duration::ZERO } else { self.timeout };
        let done = tokio::select! {
            // In this order: success at the last moment is success.
            biased;
            done = self.player.comes(&script.done, script.refused.as_ref(), timeout, GRACE) => done?,
            () = self.limit_is_over(was_at_tenant) => false,
        };
        Ok(PhaseOutcome { done, stuck, slowest: slowest.max(began.elapsed()) })
    }

    /// Ready when a wait that begins now is to be given up.
    async fn limit_is_over(&self, was_at_tenant: bool) {
        let patience = match self.limit {
            Limit::AfterCancel(patience) if was_at_tenant => patience,
            Limit::AfterFault(patience) => {
                // A tenant that does not answer is noticed by what comes next.
                while self.player.provider.control.happened().await.is_ok_and(|times| times == 0) {
                    tokio::time::sleep(PAUSE).await;
                }
                patience
            }
            Limit::Never | Limit::AfterCancel(_) => return std::future::pending().await,
        };
        tokio::time::sleep(patience).await;
    }
}
