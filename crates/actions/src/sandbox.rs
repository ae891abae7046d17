//! One script in a runtime of its own: nothing that it does to its world is there for the next script, or the next log-in.

mod native;
mod requests;

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;
use std::time::{Duration, Instant};

use rquickjs::context::EvalOptions;
use rquickjs::{Context, Ctx, Function, Object, Persistent, Promise, Runtime, TypedArray, Undefined, Value};

use crate::cache::Cache;
use crate::console::Console;
use crate::environment::Environment;
use crate::host::Host;
use crate::outcome::{Decisions, End, ScriptRun};
use crate::rules;
use crate::script::{Kind, Limits, Script};
use crate::secrets::Secrets;
use crate::trace::{self, Cause, Reader, ScriptError};

use requests::Requests;

const PRELUDE: &str = include_str!("prelude.js");
/// More than this is not read of what a Rule leaves.
const MAX_RULE_RESULT: usize = 1 << 20;

pub(crate) struct Job<'a> {
    pub(crate) script: &'a Script,
    /// The event as JSON.
    pub(crate) given: String,
    /// What of it nobody may read in what the script writes, by name.
    pub(crate) confidential: &'a [(String, String)],
    pub(crate) decisions: Decisions,
    /// The names of the Rules that have run.
    pub(crate) rules: Vec<String>,
    pub(crate) cache: Cache,
    /// Whether a page may be shown now.
    pub(crate) can_redirect: bool,
    /// The browser has come back from where this Action has sent it.
    pub(crate) continues: bool,
    pub(crate) environment: Arc<Environment>,
    pub(crate) limits: Limits,
    pub(crate) deadline: Instant,
}

pub(crate) struct Done {
    pub(crate) run: ScriptRun,
    pub(crate) decisions: Decisions,
    pub(crate) challenges: bool,
    pub(crate) redirect: Option<String>,
    pub(crate) left: Option<serde_json::Value>,
}

/// The functions that `prelude.js` gives back.
type Tools = Persistent<Object<'static>>;

/// How the script said that it is done.
type Ended = Rc<RefCell<Option<Result<String, ScriptError>>>>;

pub(crate) fn run(job: Job<'_>) -> Done {
    let Job { script, given, confidential, decisions, rules, cache, environment, limits, deadline, .. } = job;
    let (can_redirect, continues) = (job.can_redirect, job.continues);
    let began = Instant::now();
    let secrets = script.secrets.iter().chain(confidential.iter().map(|(name, value)| (name, value)));
    let secrets = Secrets::new(secrets.map(|(name, value)| (name.as_str(), value.as_str())));
    let console = Console::new(limits.console, secrets.clone());
    let host = Rc::new(RefCell::new(Host::new(decisions, console, limits)));
    let shift = u32::from(script.kind == Kind::Rule);
    let world = World {
        requests: Rc::new(RefCell::new(Requests::new(
            environment.network.clone(),
            deadline,
            secrets.clone(),
        ))),
        reader: Rc::new(Owned { script: script.name.clone(), code: script.code.clone(), shift, secrets }),
        host: Rc::clone(&host),
        ended: Ended::default(),
        rules: Rc::new(rules),
        cache,
        environment,
        can_redirect,
        continues,
        began,
        deadline,
    };
    let ended = world.run(script, &given, limits);
    let mut host = host.borrow_mut();
    let mut left = None;
    let ended = ended.and_then(|text| {
        if script.kind == Kind::Rule && host.refusal.is_none() {
            left = Some(world.read_rule(&text, &mut host)?);
        }
        Ok(())
    });
    let end = match (ended, host.refusal.take()) {
        (Err(error), _) => End::Failed(error),
        (Ok(()), Some(refusal)) => End::Denied(refusal),
        (Ok(()), None) => End::Completed,
    };
    let (name, kind) = (script.name.clone(), script.kind);
    let (console, exchanges) = (host.console.take(), world.requests.borrow_mut().take());
    let run = ScriptRun { script: name, kind, duration: began.elapsed(), console, exchanges, end };
    Done {
        run,
        decisions: std::mem::take(&mut host.decisions),
        challenges: host.challenges,
        redirect: host.redirect.take(),
        left,
    }
}

/// What a reader of errors borrows, for closures that outlive the borrow.
struct Owned {
    script: String,
    code: String,
    shift: u32,
    secrets: Secrets,
}

impl Owned {
    fn reader(&self) -> Reader<'_> {
        Reader { script: &self.script, code: &self.code, shift: self.shift, secrets: &self.secrets }
    }
}

struct World {
    reader: Rc<Owned>,
    host: Rc<RefCell<Host>>,
    ended: Ended,
    rules: Rc<Vec<String>>,
    cache: Cache,
    environment: Arc<Environment>,
    requests: Rc<RefCell<Requests>>,
    can_redirect: bool,
    continues: bool,
    began: Instant,
    deadline: Instant,
}

impl World {
    fn run(&self, script: &Script, given: &str, limits: Limits) -> Result<String, ScriptError> {
        let unable = |error: rquickjs::Error| {
            self.error(Cause::Engine, &format!("the engine could not start: {error}"))
        };
        let runtime = Runtime::new().map_err(unable)?;
        runtime.set_max_stack_size(limits.stack);
        let deadline = self.deadline;
        runtime.set_interrupt_handler(Some(Box::new(move || Instant::now() >= deadline)));
        runtime.set_loader(
            native::PackageResolver(Arc::clone(&self.environment)),
            native::PackageLoader(Arc::clone(&self.environment)),
        );
        let context = Context::full(&runtime).map_err(unable)?;
        let caught = |ctx: &Ctx<'_>| self.reader.reader().read(&ctx.catch());
        let tools = context.with(|ctx| {
            let tools = self.tools(&ctx, script.kind, given).map_err(|_| caught(&ctx))?;
            Ok(Persistent::save(&ctx, tools))
        })?;
        // From here on, not before: an engine that has not become whole cannot be taken down again.
        runtime.set_memory_limit(limits.memory);
        context.with(|ctx| Self::start(&ctx, script, &tools).map_err(|_| caught(&ctx)))?;
        self.drive(&runtime, &context, &tools)
    }

    fn start(ctx: &Ctx<'_>, script: &Script, tools: &Tools) -> rquickjs::Result<()> {
        let main: Value<'_> = match script.kind {
            Kind::PostLogin => ctx.eval_with_options(script.code.as_str(), options(trace::FILE))?,
            Kind::Rule => {
                // A function expression, and perhaps a semicolon, as a value.
                let code = script.code.trim_end().trim_end_matches(';');
                ctx.eval_with_options(format!("({code}\n)"), options(trace::FILE))?
            }
        };
        tools.clone().restore(ctx)?.get::<_, Function<'_>>("start")?.call::<_, Value<'_>>((main,)).map(drop)
    }

    /// Runs what is waiting until the script has said that it is done.
    fn drive(&self, runtime: &Runtime, context: &Context, tools: &Tools) -> Result<String, ScriptError> {
        loop {
            if let Some(ended) = self.ended.borrow_mut().take() {
                return ended;
            }
            if Instant::now() >= self.deadline {
                return Err(self.error(Cause::Time, "it took longer than scripts may take"));
            }
            match runtime.execute_pending_job() {
                Ok(true) => {}
                Ok(false) => self.idle(context, tools)?,
                // What scripts throw ends up in promises; this is the engine's own "enough".
                Err(_) => return Err(context.with(|ctx| self.reader.reader().read(&ctx.catch()))),
            }
        }
    }

    /// Nothing is waiting but, perhaps, a timer or a response.
    fn idle(&self, context: &Context, tools: &Tools) -> Result<(), ScriptError> {
        let pause = context.with(|ctx| {
            let call = || tools.clone().restore(&ctx)?.get::<_, Function<'_>>("tick")?.call::<_, f64>(());
            call().map_err(|_| self.reader.reader().read(&ctx.catch()))
        })?;
        let left = self.deadline.saturating_duration_since(Instant::now());
        let pause = match pause {
            pause if pause < 0.0 && !self.requests.borrow().is_under_way() => {
                return Err(context.with(|ctx| self.no_answer(&ctx, tools)));
            }
            pause if pause < 0.0 => left,
            pause => Duration::try_from_secs_f64(pause / 1_000.0).unwrap_or(left).min(left),
        };
        let Some((id, answer)) = self.requests.borrow_mut().wait(pause) else { return Ok(()) };
        context.with(|ctx| {
            let deliver = || {
                let answered: Function<'_> = tools.clone().restore(&ctx)?.get("answered")?;
                match answer {
                    Ok((head, body)) => {
                        let body = TypedArray::<u8>::new_copy(ctx.clone(), body)?;
                        answered.call::<_, ()>((id, Undefined, head, body))
                    }
                    Err(complaint) => answered.call::<_, ()>((id, complaint)),
                }
            };
            deliver().map_err(|_| self.reader.reader().read(&ctx.catch()))
        })
    }

    /// A script that cannot go on, and has not said that it is done.
    fn no_answer(&self, ctx: &Ctx<'_>, tools: &Tools) -> ScriptError {
        let promise =
            || tools.clone().restore(ctx)?.get::<_, Function<'_>>("held")?.call::<_, Promise<'_>>(());
        match promise().map(|promise| promise.result::<Value<'_>>()) {
            Ok(Some(Err(_))) => self.reader.reader().read(&ctx.catch()),
            _ => self.error(
                Cause::NoAnswer,
                "it ended without an answer. A Rule has to call callback; what an Action awaits has to come. Or it had no \
                 memory left to go on",
            ),
        }
    }

    fn read_rule(&self, text: &str, host: &mut Host) -> Result<serde_json::Value, ScriptError> {
        let unusable = |told: String| self.error(Cause::Unusable, &told);
        if text.len() > MAX_RULE_RESULT {
            return Err(unusable("user and context together have more than 1 MiB".to_owned()));
        }
        let left: serde_json::Value = serde_json::from_str(text)
            .map_err(|error| unusable(format!("user and context have no plain JSON form: {error}")))?;
        rules::read(&left, host).map_err(unusable)?;
        Ok(left)
    }

    fn error(&self, cause: Cause, message: &str) -> ScriptError {
        self.reader.reader().at(cause, message, "")
    }
}

/// Scripts are what Node calls `CommonJS`: not in strict mode unless they say so.
fn options(file: &str) -> EvalOptions {
    let mut options = EvalOptions::default();
    options.strict = false;
    options.filename = Some(file.to_owned());
    options
}
