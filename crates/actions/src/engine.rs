//! One run of several scripts, in order and in time. It happens on a thread of its own, because a script can keep a thread
//! busy inside one call of the engine, where nothing can stop it: sorting a "list" of four billion places, for example. Then
//! the run is given up at its time, and only that thread is lost.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

use parking_lot::Mutex;
use serde_json::{Value, json};

use crate::cache::Cache;
use crate::environment::Environment;
use crate::event::Event;
use crate::outcome::{Decisions, End, Outcome, ScriptRun, Verdict, patch};
use crate::rules;
use crate::sandbox::{self, Job};
use crate::script::{Kind, Limits, Script};
use crate::trace::{Cause, ScriptError};

/// How long a script that was told to stop may take to do so.
const STOP_TIMEOUT: Duration = Duration::from_millis(500);
/// The threads that may run at once, those that do not come back included.
const MAX_THREADS: usize = 16;
/// The engine's own calls take more of it than the script's.
const STACK_SIZE: usize = 4 << 20;

/// Runs scripts. Clones share their count of threads and what Actions keep in `api.cache`.
#[derive(Debug, Clone)]
pub struct Engine {
    limits: Limits,
    running: Arc<AtomicUsize>,
    cache: Cache,
    environment: Arc<Environment>,
}

impl Engine {
    #[must_use]
    pub fn new(limits: Limits) -> Self {
        Self { limits, running: Arc::default(), cache: Cache::default(), environment: Arc::default() }
    }

    /// The same engine, whose scripts have more around them.
    #[must_use]
    pub fn within(mut self, environment: Environment) -> Self {
        self.environment = Arc::new(environment);
        self
    }

    /// Runs the scripts: the Rules first, as at Auth0, each kind in the order given. It blocks, for little longer than
    /// [`Limits::time`] at most.
    #[must_use]
    pub fn run(&self, scripts: &[Script], event: Event) -> Outcome {
        self.resume(scripts, event, Decisions::default(), 0, &[])
    }

    /// Goes on after [`Verdict::Challenge`] with the same scripts. `given` are the factors that the user has given since the
    /// run began; who asks for one of them is content.
    #[must_use]
    pub fn resume(
        &self,
        scripts: &[Script],
        event: Event,
        decisions: Decisions,
        next: usize,
        given: &[String],
    ) -> Outcome {
        let rules = scripts.iter().filter(|script| script.kind == Kind::Rule);
        let actions = scripts.iter().filter(|script| script.kind == Kind::PostLogin);
        let scripts: Vec<Script> = rules.chain(actions).cloned().collect();
        if scripts.len() <= next {
            return Outcome { verdict: Verdict::Go, decisions, runs: Vec::new() };
        }
        let progress = Progress::default();
        let give_up = |cause, message: &str| progress.give_up(&scripts, next, cause, message);
        let deadline = Instant::now() + self.limits.time;
        let (answer, wait) = mpsc::channel();
        let Some(place) = Place::take(&self.running) else {
            let told = "too many scripts are running, or have not come back since the tenant was started";
            return give_up(Cause::Engine, told);
        };
        let pipeline = Pipeline {
            limits: self.limits,
            deadline,
            progress: progress.clone(),
            given: given.to_vec(),
            cache: self.cache.clone(),
            environment: Arc::clone(&self.environment),
        };
        let all = scripts.clone();
        let work = move || {
            let _place = place;
            // Nobody waits any more when this fails.
            let _unheard = answer.send(pipeline.run(&all, event, decisions, next));
        };
        let thread = thread::Builder::new().name("script".to_owned()).stack_size(STACK_SIZE).spawn(work);
        if let Err(error) = thread {
            return give_up(Cause::Engine, &format!("no thread could be started: {error}"));
        }
        match wait.recv_timeout(self.limits.time + STOP_TIMEOUT) {
            Ok(outcome) => outcome,
            Err(RecvTimeoutError::Timeout) => {
                give_up(Cause::Time, "it took longer than scripts may take, and does not stop")
            }
            Err(RecvTimeoutError::Disconnected) => give_up(Cause::Engine, "the engine failed while it ran"),
        }
    }
}

/// A place among the threads, given back at the thread's end.
struct Place(Arc<AtomicUsize>);

impl Place {
    fn take(running: &Arc<AtomicUsize>) -> Option<Self> {
        let one_more = |count| (count < MAX_THREADS).then_some(count + 1);
        running.fetch_update(Ordering::SeqCst, Ordering::SeqCst, one_more).ok()?;
        Some(Self(Arc::clone(running)))
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

/// The runs that are over, for when the one under way does not end.
#[derive(Clone, Default)]
struct Progress(Arc<Mutex<Vec<ScriptRun>>>);

impl Progress {
    fn add(&self, run: ScriptRun) {
        self.0.lock().push(run);
    }

    fn runs(&self) -> Vec<ScriptRun> {
        self.0.lock().clone()
    }

    fn give_up(&self, scripts: &[Script], next: usize, cause: Cause, message: &str) -> Outcome {
        let runs = self.runs();
        let script = scripts.get(next + runs.len());
        let (name, kind) = script.map(|script| (script.name.as_str(), script.kind)).unwrap_or_default();
        let error = ScriptError::new(name, cause, message);
        Outcome::failed(runs, kind, error)
    }
}

struct Pipeline {
    limits: Limits,
    deadline: Instant,
    progress: Progress,
    given: Vec<String>,
    cache: Cache,
    environment: Arc<Environment>,
}

impl Pipeline {
    fn run(&self, scripts: &[Script], mut event: Event, mut decisions: Decisions, next: usize) -> Outcome {
        let mut left: Option<Value> = None;
        let confidential = std::mem::take(&mut event.confidential);
        for (position, script) in scripts.iter().enumerate().skip(next) {
            let rules = scripts.iter().take(position).filter(|script| script.kind == Kind::Rule);
            let job = Job {
                script,
                given: given(&event, left.as_ref(), (script, &decisions)).to_string(),
                confidential: &confidential,
                decisions: decisions.clone(),
                rules: rules.map(|rule| rule.name.clone()).collect(),
                cache: self.cache.clone(),
                can_redirect: event.can_redirect(),
                continues: event.continues && position == next && script.kind == Kind::PostLogin,
                environment: Arc::clone(&self.environment),
                limits: self.limits,
                deadline: self.deadline,
            };
            let done = sandbox::run(job);
            let end = done.run.end.clone();
            self.progress.add(done.run);
            match end {
                // What a script wanted that then failed does not count.
                End::Failed(_) => {
                    return self.outcome(Verdict::Failed { script: script.name.clone() }, decisions);
                }
                End::Denied(refusal) => return self.outcome(Verdict::Denied(refusal), done.decisions),
                End::Completed => {}
            }
            let before = std::mem::replace(&mut decisions, done.decisions);
            left = done.left.or(left);
            let Decisions { app_metadata, user_metadata, .. } = &decisions;
            for (name, changes) in [("app_metadata", app_metadata), ("user_metadata", user_metadata)] {
                if let Value::Object(metadata) = &mut event.document["user"][name] {
                    patch(metadata, changes);
                }
            }
            if let Some(url) = done.redirect {
                // Rules run again, all of them, as at Auth0.
                let next = if script.kind == Kind::Rule { 0 } else { position };
                if event.continues && next == 0 && script.kind == Kind::Rule {
                    let told = "context.redirect is set again after the way back: ask whether context.protocol is redirect-callback";
                    let error = ScriptError::new(&script.name, Cause::Unusable, told);
                    return Outcome::failed(self.progress.runs(), script.kind, error);
                }
                return self.outcome(Verdict::Redirect { url, next }, decisions);
            }
            if done.challenges {
                if !self.has_been_given(&decisions) {
                    return self.outcome(Verdict::Challenge { next: position + 1 }, decisions);
                }
                decisions.multifactor = before.multifactor;
            }
        }
        self.outcome(Verdict::Go, decisions)
    }

    /// A challenge that the user has passed is not made again.
    fn has_been_given(&self, decisions: &Decisions) -> bool {
        let wanted =
            decisions.multifactor.as_ref().map(|wanted| wanted.factors.as_slice()).unwrap_or_default();
        wanted.iter().any(|factor| self.given.contains(factor))
    }

    fn outcome(&self, verdict: Verdict, decisions: Decisions) -> Outcome {
        Outcome { verdict, decisions, runs: self.progress.runs() }
    }
}

fn given(event: &Event, left: Option<&Value>, (script, decisions): (&Script, &Decisions)) -> Value {
    if script.kind == Kind::Rule {
        return json!({ "rule": rules::given(event, left, script) });
    }
    let mut given = event.document.clone();
    given["transaction"]["metadata"] = json!(decisions.transaction_metadata);
    if let Some(given) = given.as_object_mut() {
        given.insert("user".to_owned(), event.person());
        given.insert("secrets".to_owned(), json!(script.secrets));
        given.insert("configuration".to_owned(), json!({}));
    }
    given
}
