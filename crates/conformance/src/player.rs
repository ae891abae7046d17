//! Does what a script says, as a customer who confirms or who cancels.

use std::time::{Duration, Instant};

use crate::provider::{ControlError, EMAIL, PASSWORD, Provider};
use crate::recording_api::RecordingApi;
use crate::script::{Condition, Step, Target};
use crate::webdriver::{Browser, WebDriverError};

/// Between two looks. WebDriver has no events to wait for.
pub(crate) const PAUSE: Duration = Duration::from_millis(50);

/// What the customer does at the tenant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Customer {
    Confirms,
    Cancels,
}

pub(crate) struct Player<'a> {
    pub(crate) browser: &'a Browser,
    pub(crate) provider: &'a Provider,
    pub(crate) api: Option<&'a RecordingApi>,
    /// Where the client begins.
    pub(crate) start: &'a str,
    pub(crate) customer: Customer,
}

/// Why a step was not done, in a sentence.
#[derive(Debug)]
pub(crate) struct StepFailure(pub(crate) String);

impl From<WebDriverError> for StepFailure {
    fn from(error: WebDriverError) -> Self {
        Self(error.to_string())
    }
}

impl From<ControlError> for StepFailure {
    fn from(error: ControlError) -> Self {
        Self(error.to_string())
    }
}

/// One attempt: done, or what is still in the way.
type StepAttempt<T> = Result<T, String>;

impl Player<'_> {
    /// Does it within the time.
    pub(crate) async fn play(&self, step: &Step, timeout: Duration) -> Result<(), StepFailure> {
        match step {
            Step::Click(target) => {
                until(timeout, async || {
                    let element = self.browser.find(target).await;
                    match found(element, target)? {
                        Ok(element) => retry(self.browser.click(&element).await),
                        Err(missing) => Ok(Err(missing)),
                    }
                })
                .await
            }
            Step::Type { into, text } => {
                until(timeout, async || match found(self.browser.find(into).await, into)? {
                    Ok(element) => retry(self.browser.fill(&element, text).await),
                    Err(missing) => Ok(Err(missing)),
                })
                .await
            }
            Step::Wait(condition) => {
                until(timeout, async || {
                    let holds = self.holds(condition).await?;
                    Ok(if holds { Ok(()) } else { Err(format!("{condition} does not come")) })
                })
                .await
            }
            Step::Open(path) => {
                let address = joined(self.start, path)?;
                Ok(self.browser.open(&address).await?)
            }
            Step::LogIn => self.log_in(timeout).await,
            Step::SecondFactor => {
                let answer = if self.customer == Customer::Confirms { "approve" } else { "deny" };
                until(timeout, async || {
                    let answered = self.provider.control.answer_push(answer).await;
                    let answered = answered?;
                    Ok(if answered { Ok(()) } else { Err("no request comes to the phone".to_owned()) })
                })
                .await
            }
        }
    }

    /// Waits until the page shows what the step acts on: by then it shows what it always shows.
    pub(crate) async fn is_ready_for(&self, step: &Step, timeout: Duration) -> Result<(), StepFailure> {
        if let Step::Click(target) | Step::Type { into: target, .. } = step {
            let there = Condition::Visible { target: target.clone(), text: None };
            self.comes(&there, None, timeout, timeout).await?;
        }
        Ok(())
    }

    /// At the tenant's log-in page, in whichever window it is.
    async fn log_in(&self, timeout: Duration) -> Result<(), StepFailure> {
        let selector = |css: &str| Target::Selector(css.to_owned());
        let (email, password) = (selector("input[name=email]"), selector("input[name=password]"));
        let button = selector(match self.customer {
            Customer::Confirms => "form[action='/u/login'] button[type=submit]",
            Customer::Cancels => "form[action='/u/cancel'] button[type=submit]",
        });
        let done = until(timeout, async || {
            if let Err(elsewhere) = self.at_tenant().await? {
                return Ok(Err(elsewhere));
            }
            if self.customer == Customer::Confirms {
                for (field, text) in [(&email, EMAIL), (&password, PASSWORD)] {
                    match found(self.browser.find(field).await, field)? {
                        Ok(element) => {
                            if let Err(again) = retry(self.browser.fill(&element, text).await)? {
                                return Ok(Err(again));
                            }
                        }
                        Err(_) => {
                            return Ok(Err(
                                "the tenant shows another page than that of the log-in".to_owned()
                            ));
                        }
                    }
                }
            }
            match found(self.browser.find(&button).await, &button)? {
                Ok(element) => retry(self.browser.click(&element).await),
                Err(missing) => Ok(Err(missing)),
            }
        })
        .await;
        self.browser.switch_back().await?;
        done
    }

    /// Goes to the window that is at the tenant, if there is one.
    async fn at_tenant(&self) -> Result<StepAttempt<()>, WebDriverError> {
        for window in self.browser.windows().await? {
            self.browser.switch_to(&window).await?;
            if self.browser.address().await?.starts_with(&self.provider.issuer) {
                return Ok(Ok(()));
            }
        }
        Ok(Err("the tenant's log-in page does not come".to_owned()))
    }

    /// Whether it holds now. A page that is just changing does not count.
    pub(crate) async fn holds(&self, condition: &Condition) -> Result<bool, StepFailure> {
        let looked = match condition {
            Condition::Api { call } => Ok(self.api.is_some_and(|api| api.has_seen(call))),
            Condition::Text(text) => self.browser.text().await.map(|all| all.contains(text)),
            Condition::Address(part) => {
                let address = self.browser.address().await;
                address.map(|address| without_response(&address).contains(part))
            }
            Condition::Visible { target, text } => self.is_shown(target, text.as_deref()).await,
        };
        match looked {
            Ok(holds) => Ok(holds),
            Err(error) if error.is_final() => Err(error.into()),
            Err(_) => Ok(false),
        }
    }

    async fn is_shown(&self, target: &Target, text: Option<&str>) -> Result<bool, WebDriverError> {
        let Some(element) = self.browser.find(target).await? else { return Ok(false) };
        match text {
            None => Ok(true),
            Some(text) => Ok(self.browser.text_of(&element).await?.contains(text)),
        }
    }

    /// Whether the condition holds within the time. Where `end` holds first, `grace` is what is left of the time.
    pub(crate) async fn comes(
        &self,
        condition: &Condition,
        end: Option<&Condition>,
        timeout: Duration,
        grace: Duration,
    ) -> Result<bool, StepFailure> {
        let mut deadline = Instant::now() + timeout;
        let mut is_over = false;
        loop {
            if self.holds(condition).await? {
                return Ok(true);
            }
            if let Some(end) = end
                && !is_over
                && self.holds(end).await?
            {
                is_over = true;
                deadline = deadline.min(Instant::now() + grace);
            }
            if Instant::now() >= deadline {
                return Ok(false);
            }
            tokio::time::sleep(PAUSE).await;
        }
    }
}

/// An address without the parameters that a response brings.
pub(crate) fn without_response(address: &str) -> &str {
    address.split(['?', '#']).next().unwrap_or_default()
}

fn joined(start: &str, path: &str) -> Result<String, StepFailure> {
    let joined = reqwest::Url::parse(start).and_then(|start| start.join(path));
    joined.map(Into::into).map_err(|error| StepFailure(format!("{path:?} is no address: {error}")))
}

fn found<T>(
    looked: Result<Option<T>, WebDriverError>,
    target: &Target,
) -> Result<StepAttempt<T>, StepFailure> {
    match looked {
        Ok(Some(element)) => Ok(Ok(element)),
        Ok(None) => Ok(Err(format!("{target} is not there"))),
        Err(error) if error.is_final() => Err(error.into()),
        Err(error) => Ok(Err(error.to_string())),
    }
}

fn retry<T>(done: Result<T, WebDriverError>) -> Result<StepAttempt<T>, StepFailure> {
    match done {
        Ok(done) => Ok(Ok(done)),
        Err(error) if error.is_final() => Err(error.into()),
        Err(error) => Ok(Err(error.to_string())),
    }
}

/// Looks until it is done, fails for good, or the time is over; then it says what was in the way last.
async fn until<T>(
    timeout: Duration,
    mut look: impl AsyncFnMut() -> Result<StepAttempt<T>, StepFailure>,
) -> Result<T, StepFailure> {
    let deadline = Instant::now() + timeout;
    loop {
        match look().await? {
            Ok(done) => return Ok(done),
            Err(missing) if Instant::now() >= deadline => {
                return Err(StepFailure(format!("{missing}, after {} s", timeout.as_secs())));
            }
            Err(_) => tokio::time::sleep(PAUSE).await,
        }
    }
}
