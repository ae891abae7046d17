//! Clients that nobody here wrote, as they come from npm (`tests/interop/sdks`), each registered at a tenant of its own
//! test; and an API on Express (`tests/interop/apis`) that takes their tokens.

use crate::{
    Browser, Page, Program, TestError, TestFailure,
    error::with_causes,
    evidence, packages,
    people::{ADA, Person},
    phone::Phone,
    program::INTEROP,
    scenario,
    server::{ReservedPort, TestServer},
    servers::{AUDIENCE, Setup, demo},
};
use axum::{
    Router,
    extract::Path as Segment,
    http::header,
    response::{Html, Redirect},
    routing::get,
};
use futures_util::FutureExt;
use serde_json::json;
use std::{panic::AssertUnwindSafe, sync::Arc};
use tenant::{Client, GrantType, Tenant};
use tower_http::services::ServeDir;

const PACKAGES: &str = "tests/interop/sdks";

/// The libraries that run in a page; the tenant knows each by its name.
const IN_PAGES: [(&str, &[GrantType]); 3] = [
    ("auth0-js", &[GrantType::Implicit]),
    ("auth0-spa-js", &[GrantType::AuthorizationCode]),
    ("oidc-client-ts", &[GrantType::AuthorizationCode]),
];

/// Writes down every message that it gets.
const ATTACK: &str = r#"<!doctype html><html lang="en"><title>Attacker</title><link rel="icon" href="data:,">
<h1>Attacker</h1><p role="status" id="said">nothing</p><button id="go">Open</button>
<script>
addEventListener("message", (event) => (said.textContent = `a message: ${event.data?.type}`));
go.onclick = () => window.open(window.address);
</script></html>"#;

/// What is particular about a visit.
#[derive(Debug, Clone, Copy, Default)]
pub struct Wish {
    /// Does auth0-spa-js write its exchange in JSON?
    pub json: bool,
    /// Does auth0-spa-js open a window when a second factor is needed?
    pub popup: bool,
    /// Do auth0-spa-js and openid-client count on refresh tokens?
    pub refresh: bool,
}

/// A tenant, the pages of the libraries, and a browser.
#[derive(Debug)]
pub struct Visit {
    /// The companion tenant.
    pub tenant: TestServer,
    /// The pages, each in a folder of its library's name.
    pub pages: TestServer,
    /// A page of an origin that the tenant does not know.
    pub attacker: TestServer,
    /// The application on a server, with openid-client.
    pub server: Program,
    /// The customer's browser.
    pub browser: Arc<Browser>,
    /// Its first window, still empty.
    pub page: Page,
}

/// Plays `story` at a fresh tenant with a fresh browser.
///
/// # Panics
/// When the story does: with the line of the test, and the folder where the evidence is.
pub fn visit<F>(wish: Wish, story: F)
where
    F: AsyncFnOnce(&Visit) -> Result<(), TestFailure>,
{
    let test = scenario::name_of::<F>();
    scenario::run(&test, async {
        let visit = Visit::start(wish).await.map_err(|error| error.to_string())?;
        let why = scenario::ending(AssertUnwindSafe(story(&visit)).catch_unwind().await);
        let outcome = match why {
            None => Ok(()),
            Some(why) => {
                let requests = format!(
                    "{:?}{:?}{:?}{}",
                    *visit.tenant,
                    *visit.pages,
                    *visit.attacker,
                    visit.server.transcript()
                );
                Err(evidence::with(&test, &requests, &visit.browser, why).await)
            }
        };
        let quit = visit.browser.quit().await.map_err(|error| format!("the browser does not end: {error}"));
        outcome.and(quit)
    });
}

impl Visit {
    async fn start(wish: Wish) -> Result<Self, TestError> {
        let (tenant, pages, attacker) =
            (ReservedPort::reserve().await?, ReservedPort::reserve().await?, ReservedPort::reserve().await?);
        let issuer = format!("{}/", tenant.origin());
        // It asks for the metadata when somebody logs in, and by then the tenant is there.
        let refresh = if wish.refresh { "yes" } else { "" };
        let ours = [
            ("ISSUER", issuer.as_str()),
            ("CLIENT_ID", "openid-client"),
            ("AUDIENCE", AUDIENCE),
            ("REFRESH", refresh),
        ];
        let server = Program::node(PACKAGES, "openid-client.mjs", &ours).await?;

        let mut config = demo::tenant(&issuer, pages.origin(), &Setup::default());
        config.clients = IN_PAGES.map(|(name, types)| in_page(name, types, pages.origin())).into();
        config.clients.push(Client {
            redirect_uris: vec![server.at("/callback")],
            post_logout_redirect_uris: vec![server.at("/")],
            ..in_page("openid-client", &[GrantType::AuthorizationCode], server.origin())
        });
        if wish.refresh {
            let with_code = |client: &&mut Client| client.grant_types == [GrantType::AuthorizationCode];
            for client in config.clients.iter_mut().filter(with_code) {
                client.grant_types.push(GrantType::RefreshToken);
            }
            config.apis.iter_mut().for_each(|api| api.allow_offline_access = true);
        }
        // Its callback is no page: it redirects on, to another origin.
        config.clients.push(Client {
            redirect_uris: vec![format!("{}/callback", attacker.origin())],
            ..in_page("redirecting", &[GrantType::AuthorizationCode], attacker.origin())
        });
        let on = format!("{}/oidc-client-ts/", pages.origin());
        let opened = Tenant::open(config, Arc::new(tenant::SystemClock)).await.map_err(with_causes)?;
        let router = files(&issuer, tenant.origin(), wish)?;
        let browser = Browser::start().await?;
        let page = browser.first_page().await;
        Ok(Self {
            tenant: tenant.serve("tenant", opened.router()),
            pages: pages.serve("pages", router),
            attacker: attacker.serve(
                "attacker",
                Router::new()
                    .route("/", get(async || Html(ATTACK)))
                    .route("/callback", get(async move || Redirect::to(&on))),
            ),
            server,
            browser,
            page,
        })
    }

    /// Opens the page of a library.
    pub async fn open(&self, library: &str) -> Result<(), TestError> {
        self.page.open(&self.pages.at(&format!("/{library}/"))).await
    }

    /// Another window, which is somebody's phone.
    pub async fn phone(&self, person: Person) -> Result<Phone, TestError> {
        Phone::at(person, self.browser.new_window().await?, &self.tenant).await
    }

    /// The one parameter of each request for tokens, in their order.
    #[must_use]
    pub fn asked(&self, parameter: &str) -> Vec<String> {
        self.tenant.requests("/authorize").iter().map(|request| request.parameter(parameter)).collect()
    }

    /// Starts the API on Express.
    pub async fn api(&self) -> Result<Program, TestError> {
        let issuer = format!("{}/", self.tenant.origin());
        let tokens = [("ISSUER", issuer.as_str()), ("AUDIENCE", AUDIENCE)];
        Program::node(INTEROP, "apis/express-sample/server.js", &tokens).await
    }

    /// The name that pages show for Ada.
    #[must_use]
    pub fn ada() -> String {
        format!("{} <{}> {}", ADA.name, ADA.email, ADA.sub)
    }
}

fn in_page(name: &str, grant_types: &[GrantType], origin: &str) -> Client {
    Client {
        id: name.to_owned(),
        name: name.to_owned(),
        redirect_uris: vec![format!("{origin}/{name}/")],
        post_logout_redirect_uris: vec![format!("{origin}/{name}/")],
        grant_types: grant_types.to_vec(),
        ..Client::default()
    }
}

/// The pages, the libraries as npm has them, and what each page has to know about the tenant.
pub(crate) fn files(issuer: &str, domain: &str, wish: Wish) -> Result<Router, TestError> {
    let folder = packages::of(PACKAGES)?;
    let (issuer, domain) = (issuer.to_owned(), domain.to_owned());
    let config = async move |Segment(library): Segment<String>| {
        let config = json!({
            "issuer": issuer,
            "domain": domain,
            "clientId": library,
            "audience": AUDIENCE,
            "json": wish.json,
            "popup": wish.popup,
            "refresh": wish.refresh,
        });
        ([(header::CONTENT_TYPE, "text/javascript")], format!("const config = {config};\n"))
    };
    Ok(Router::new()
        .route("/{library}/config.js", get(config))
        .nest_service("/lib", ServeDir::new(folder.join("node_modules")))
        .fallback_service(ServeDir::new(folder.join("pages"))))
}
