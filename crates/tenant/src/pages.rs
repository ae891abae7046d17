//! What people see: plain HTML from the templates in `templates/`, whose values askama escapes.

pub(crate) mod log;
mod log_in;
mod methods;
mod notice;
mod phone;
mod prompt;
mod qr;
mod reasons;
mod render;
mod second_factor;
mod time;

pub(crate) use log_in::{log_in, log_out};
pub(crate) use methods::{account_done, methods, new_codes};
pub(crate) use notice::{elsewhere, forged, notice, refused};
pub(crate) use phone::{PhoneView, confirm_pairing, offline, pair, phone, request, too_late};
pub(crate) use render::respond;
pub(crate) use second_factor::{authenticators, second_factor};
