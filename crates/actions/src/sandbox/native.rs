//! The functions that `prelude.js` is given. They are all that a script can reach of the host, by whatever detour.

use std::rc::Rc;
use std::time::Instant;

use rquickjs::convert::Coerced;
use rquickjs::function::Func;
use rquickjs::{Ctx, Exception, Function, Object, Value};

use super::{PRELUDE, World, options};
use crate::outcome::{Level, RefusalCode};
use crate::script::Kind;
use crate::trace;

impl World {
    pub(super) fn tools<'js>(
        &self,
        ctx: &Ctx<'js>,
        kind: Kind,
        given: &str,
    ) -> rquickjs::Result<Object<'js>> {
        let native = Object::new(ctx.clone())?;
        let began = self.began;
        native.set("now", Func::from(move || began.elapsed().as_secs_f64() * 1_000.0))?;
        let (host, deadline) = (Rc::clone(&self.host), self.deadline);
        native.set(
            "print",
            Func::from(move |level: String, text: rquickjs::String<'_>| {
                // The engine looks at the clock once in thousands of calls, and a long text takes its time in each.
                if Instant::now() >= deadline {
                    return;
                }
                let text = text.to_string().unwrap_or_else(|_| "(text that is not Unicode)".to_owned());
                host.borrow_mut().console.print(level_of(&level), &text);
            }),
        )?;
        let host = Rc::clone(&self.host);
        native.set(
            "call",
            Func::from(move |name: String, arguments: String| {
                host.borrow_mut().call(&name, &arguments).err()
            }),
        )?;
        let (cache, script) = (self.cache.clone(), self.reader.script.clone());
        native.set(
            "cache",
            Func::from(move |name: String, arguments: String| {
                cache.call(&script, &name, &arguments).map(|answer| answer.to_string())
            }),
        )?;
        let rules = Rc::clone(&self.rules);
        native.set("ruleRan", Func::from(move |name: String| rules.contains(&name)))?;
        let ended = Rc::clone(&self.ended);
        native.set(
            "end",
            Func::from(move |left: String| {
                ended.borrow_mut().get_or_insert(Ok(left));
            }),
        )?;
        let (host, ended) = (Rc::clone(&self.host), Rc::clone(&self.ended));
        native.set(
            "refuse",
            Func::from(move |unauthorized: bool, reason: String| {
                let code = if unauthorized { RefusalCode::Unauthorized } else { RefusalCode::AccessDenied };
                host.borrow_mut().refuse(code, &reason);
                ended.borrow_mut().get_or_insert_with(|| Ok(String::new()));
            }),
        )?;
        let (reader, ended) = (Rc::clone(&self.reader), Rc::clone(&self.ended));
        native.set(
            "fail",
            Func::from(move |thrown: Value<'_>| {
                let error = reader.reader().read(&thrown);
                ended.borrow_mut().get_or_insert(Err(error));
            }),
        )?;
        let prelude: Function<'_> = ctx.eval_with_options(PRELUDE, options(trace::PRELUDE))?;
        let kind = if kind == Kind::Rule { "rule" } else { "action" };
        prelude.call((native, given, kind, Func::from(require)))
    }
}

#[expect(clippy::needless_pass_by_value, reason = "the engine calls it with values")]
fn require(ctx: Ctx<'_>, name: Coerced<String>) -> rquickjs::Result<()> {
    let told = format!(
        "require('{}'): there are no packages here. Scripts have JavaScript itself, console, timers, atob and btoa. Put \
         what you need of the package into the script.",
        name.0
    );
    Err(Exception::throw_message(&ctx, &told))
}

fn level_of(name: &str) -> Level {
    match name {
        "debug" => Level::Debug,
        "info" => Level::Info,
        "warn" => Level::Warn,
        "error" => Level::Error,
        _ => Level::Log,
    }
}
