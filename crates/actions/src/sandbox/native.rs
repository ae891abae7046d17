//! The functions that `prelude.js` is given. They are all that a script can reach of the host, by whatever detour.

use std::cell::Cell;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Instant;

use rquickjs::function::{Func, Opt};
use rquickjs::loader::{ImportAttributes, Loader, Resolver};
use rquickjs::module::Declared;
use rquickjs::promise::PromiseState;
use rquickjs::{Ctx, Exception, Function, Module, Object, TypedArray, Value};

use super::{PRELUDE, World, options};
use crate::environment::Environment;
use crate::outcome::{Level, RefusalCode};
use crate::packages::Format;
use crate::script::Kind;
use crate::{bytes, modules, packages, trace};

/// Of all the files of packages that one script loads, in bytes.
const MAX_SOURCES: usize = 16 << 20;
/// The bytes of one call.
const MAX_RANDOM: usize = 65_536;

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
        if let Some(now) = self.environment.now {
            native.set("clock", now)?;
        }
        native.set("canRedirect", self.can_redirect)?;
        native.set("continues", self.continues)?;
        self.add_modules(&native)?;
        self.add_bytes(&native)?;
        let prelude: Function<'_> = ctx.eval_with_options(PRELUDE, options(trace::PRELUDE))?;
        let kind = if kind == Kind::Rule { "rule" } else { "action" };
        prelude.call((native, given, kind))
    }

    /// What `require` is made of, and what `fetch` is.
    fn add_modules(&self, native: &Object<'_>) -> rquickjs::Result<()> {
        native.set("builtin", Func::from(builtin))?;
        native.set("compile", Func::from(compile))?;
        let environment = Arc::clone(&self.environment);
        native.set(
            "resolve",
            Func::from(move |ctx: Ctx<'_>, directory: String, name: String| {
                let packages = environment.packages.as_ref();
                match packages::resolve(packages, &directory, &name, packages::REQUIRE) {
                    Ok(found) => Ok(vec![found.kind.name().to_owned(), found.id]),
                    Err(told) => Err(not_found(&ctx, &told)),
                }
            }),
        )?;
        let (environment, left, deadline) =
            (Arc::clone(&self.environment), Cell::new(MAX_SOURCES), self.deadline);
        native.set(
            "source",
            Func::from(move |ctx: Ctx<'_>, id: String| {
                in_time(&ctx, deadline)?;
                let text = source(&environment, &id).map_err(|told| Exception::throw_message(&ctx, &told))?;
                let Some(rest) = left.get().checked_sub(text.len()) else {
                    let told =
                        format!("the packages of one script may have {MAX_SOURCES} bytes of JavaScript");
                    return Err(Exception::throw_message(&ctx, &told));
                };
                left.set(rest);
                Ok(text)
            }),
        )?;
        let environment = Arc::clone(&self.environment);
        native.set(
            "importModule",
            Func::from(giving_object(move |ctx, id| {
                let text = source(&environment, &id).map_err(|told| Exception::throw_message(&ctx, &told))?;
                import_module(&ctx, &id, text)
            })),
        )?;
        let (requests, deadline) = (Rc::clone(&self.requests), self.deadline);
        native.set(
            "send",
            Func::from(move |ctx: Ctx<'_>, request: String| {
                in_time(&ctx, deadline)?;
                requests.borrow_mut().send(&request).map_err(|told| Exception::throw_type(&ctx, &told))
            }),
        )
    }

    /// Bytes, hashes and addresses.
    fn add_bytes(&self, native: &Object<'_>) -> rquickjs::Result<()> {
        let deadline = self.deadline;
        native.set(
            "toBytes",
            Func::from(giving_bytes(move |ctx, text, encoding, _| {
                in_time(&ctx, deadline)?;
                array(&ctx, &bytes::to_bytes(&text, &encoding))
            })),
        )?;
        native.set(
            "toText",
            Func::from(move |ctx: Ctx<'_>, text: String, encoding: String| {
                in_time(&ctx, deadline)?;
                Ok::<_, rquickjs::Error>(bytes::to_text(&bytes::from_latin1(&text), &encoding))
            }),
        )?;
        native.set(
            "hash",
            Func::from(giving_bytes(move |ctx, name, text, _| {
                in_time(&ctx, deadline)?;
                array(&ctx, &bytes::hash(&name, &bytes::from_latin1(&text)).unwrap_or_default())
            })),
        )?;
        native.set(
            "hmac",
            Func::from(giving_bytes(move |ctx, name, key, text| {
                in_time(&ctx, deadline)?;
                let (key, text) = (bytes::from_latin1(&key), bytes::from_latin1(&text.0.unwrap_or_default()));
                array(&ctx, &bytes::hmac(&name, &key, &text).unwrap_or_default())
            })),
        )?;
        native.set("random", Func::from(random))?;
        native.set(
            "parseUrl",
            Func::from(|text: String, base: Opt<Option<String>>| {
                bytes::parse_url(&text, base.0.flatten().as_deref())
            }),
        )?;
        native.set(
            "changeUrl",
            Func::from(|href: String, part: String, value: String| bytes::change_url(&href, &part, &value)),
        )?;
        native.set("parseForm", Func::from(|text: String| bytes::parse_form(&text)))?;
        native.set("writeForm", Func::from(|pairs: String| bytes::write_form(&pairs)))?;
        native.set("percentDecode", Func::from(|text: String| bytes::percent_decode(&text)))
    }
}

/// Says of a closure that what it gives lives as long as the context that it is given.
fn giving_bytes<F>(act: F) -> F
where
    F: for<'js> Fn(Ctx<'js>, String, String, Opt<String>) -> rquickjs::Result<TypedArray<'js, u8>>,
{
    act
}

/// The same for an object.
fn giving_object<F>(act: F) -> F
where
    F: for<'js> Fn(Ctx<'js>, String) -> rquickjs::Result<Object<'js>>,
{
    act
}

/// The engine looks at the clock once in thousands of calls, and one of these can take long.
fn in_time(ctx: &Ctx<'_>, deadline: Instant) -> rquickjs::Result<()> {
    if Instant::now() < deadline {
        return Ok(());
    }
    Err(Exception::throw_internal(ctx, "interrupted"))
}

/// In the script's own memory.
fn array<'js>(ctx: &Ctx<'js>, bytes: &[u8]) -> rquickjs::Result<TypedArray<'js, u8>> {
    TypedArray::new_copy(ctx.clone(), bytes)
}

#[expect(clippy::needless_pass_by_value, reason = "the engine calls it with values")]
fn random(ctx: Ctx<'_>, size: usize) -> rquickjs::Result<TypedArray<'_, u8>> {
    let mut bytes = vec![0; size.min(MAX_RANDOM)];
    getrandom::fill(&mut bytes).map_err(|error| Exception::throw_message(&ctx, &error.to_string()))?;
    array(&ctx, &bytes)
}

/// A module of this engine, as a function of `module`, `require` and `native`.
#[expect(clippy::needless_pass_by_value, reason = "the engine calls it with values")]
fn builtin(ctx: Ctx<'_>, name: String) -> rquickjs::Result<Function<'_>> {
    let Some(source) = modules::source(&name) else {
        return Err(not_found(&ctx, &format!("Cannot find module '{name}'")));
    };
    // Like those of the prelude, its places are nobody's business.
    ctx.eval_with_options(source, options(&format!("{}/{name}", trace::PRELUDE)))
}

/// A file of a package, as the function that Node makes of it.
#[expect(clippy::needless_pass_by_value, reason = "the engine calls it with values")]
fn compile(ctx: Ctx<'_>, text: String, id: String) -> rquickjs::Result<Function<'_>> {
    let text = if text.starts_with("#!") { format!("//{text}") } else { text };
    let code = format!("(function (exports, require, module, __filename, __dirname) {{{text}\n}})");
    ctx.eval_with_options(code, options(&id))
}

fn source(environment: &Environment, id: &str) -> Result<String, String> {
    environment.packages.as_ref().ok_or_else(|| "there is no folder of packages".to_owned())?.source(id)
}

/// What `require` of an ECMAScript module gives, as in Node since its version 22: the namespace. One that awaits something
/// while it loads cannot be had this way.
fn import_module<'js>(ctx: &Ctx<'js>, id: &str, text: String) -> rquickjs::Result<Object<'js>> {
    let (module, evaluated) = Module::declare(ctx.clone(), id, text)?.eval()?;
    match evaluated.state() {
        PromiseState::Resolved => module.namespace(),
        PromiseState::Rejected => evaluated.result::<Object<'js>>().unwrap_or(Err(rquickjs::Error::Unknown)),
        PromiseState::Pending => {
            let told = format!(
                "require() of '{id}', which awaits something while it loads; use await import() instead"
            );
            Err(Exception::throw_message(ctx, &told))
        }
    }
}

fn not_found(ctx: &Ctx<'_>, told: &str) -> rquickjs::Error {
    let Ok(exception) = Exception::from_message(ctx.clone(), told) else { return rquickjs::Error::Unknown };
    // Packages that do without another one look at the code.
    let _ = exception.as_object().set("code", "MODULE_NOT_FOUND");
    exception.throw()
}

/// `import` in a module of a package finds others there.
pub(super) struct PackageResolver(pub(super) Arc<Environment>);

impl Resolver for PackageResolver {
    fn resolve<'js>(
        &mut self,
        _: &Ctx<'js>,
        base: &str,
        name: &str,
        _: Option<ImportAttributes<'js>>,
    ) -> rquickjs::Result<String> {
        let directory = base.rsplit_once('/').map_or("", |(directory, _)| directory);
        let found = packages::resolve(self.0.packages.as_ref(), directory, name, packages::IMPORT)
            .map_err(|told| rquickjs::Error::new_resolving_message(base, name, told))?;
        if found.kind == Format::EcmaScript {
            return Ok(found.id);
        }
        let told = "an ECMAScript module can import others of its kind here, and nothing else";
        Err(rquickjs::Error::new_resolving_message(base, name, told))
    }
}

pub(super) struct PackageLoader(pub(super) Arc<Environment>);

impl Loader for PackageLoader {
    fn load<'js>(
        &mut self,
        ctx: &Ctx<'js>,
        name: &str,
        _: Option<ImportAttributes<'js>>,
    ) -> rquickjs::Result<Module<'js, Declared>> {
        let text = source(&self.0, name).map_err(|told| rquickjs::Error::new_loading_message(name, told))?;
        Module::declare(ctx.clone(), name, text)
    }
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
