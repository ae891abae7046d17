//! `/healthz`: the process answers. It keeps nothing that could be down while it does.

pub(super) async fn get() -> &'static str {
    "ok\n"
}
