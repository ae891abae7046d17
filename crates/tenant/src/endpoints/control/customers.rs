//! `/control/customers`: who can log in, and the codes that their apps show now.

use std::sync::Arc;

use axum::Json;
use axum::extract::rejection::JsonRejection;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use tokio::task;

use super::error::ControlError;
use super::trail::log_call;
use crate::credentials::passwords::DirectoryError;
use crate::credentials::totp::{STEP_SECONDS, Secret};
use crate::domain::{Customer, EnrolledFactors, Password, Profile};
use crate::extract::Driver;
use crate::random;
use crate::state::{AppState, Shared, SharedState};

/// OIDC Core 2: at most 255 ASCII characters.
const MAX_SUB_LENGTH: usize = 255;

/// A customer as a test gives it. What is left out is as in a `tenant.toml` that leaves it out.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct NewCustomer {
    /// Of a new customer; in the place of one it is in the address.
    sub: Option<String>,
    email: String,
    name: String,
    /// May be left out where there is one already.
    password: Option<String>,
    permissions: Option<Vec<String>>,
    #[serde(default)]
    roles: Vec<String>,
    #[serde(default)]
    app_metadata: Map<String, Value>,
    #[serde(default)]
    user_metadata: Map<String, Value>,
    /// Base32: the authenticator app that the customer has set up.
    totp_secret: Option<String>,
    recovery_codes: Option<Vec<String>>,
    /// Pairs a phone that nobody holds: pushes to it are answered by `/control/pushes`.
    #[serde(default)]
    phone: bool,
}

/// A customer as it is now.
#[derive(Serialize)]
pub(super) struct CustomerView {
    sub: String,
    email: String,
    name: String,
    permissions: Option<Vec<String>>,
    roles: Vec<String>,
    app_metadata: Map<String, Value>,
    user_metadata: Map<String, Value>,
    /// How many are paired.
    phones: usize,
    /// Whether an authenticator app is set up.
    totp: bool,
    /// How many are left.
    recovery_codes: usize,
}

#[derive(Serialize)]
pub(super) struct CustomerList {
    customers: Vec<CustomerView>,
}

#[derive(Serialize)]
pub(super) struct TotpView {
    code: String,
    /// Unix seconds, by the tenant's clock: until then the app shows this code.
    until: u64,
}

fn view(state: &AppState, customer: &Customer) -> CustomerView {
    let store = state.store();
    let (app_metadata, user_metadata) = store.customers.metadata(customer);
    CustomerView {
        sub: customer.sub.clone(),
        email: customer.email.clone(),
        name: customer.name.clone(),
        permissions: customer.permissions.clone(),
        roles: customer.roles.clone(),
        app_metadata,
        user_metadata,
        phones: store.phones.count(&customer.sub, state.now()),
        totp: store.enrollments.has_app(&customer.sub),
        recovery_codes: store.enrollments.recovery_codes(&customer.sub),
    }
}

fn find(state: &AppState, sub: &str) -> Result<Arc<Customer>, ControlError> {
    let found = state.directory.by_sub(sub);
    found.ok_or_else(|| ControlError::not_found(format!("there is no customer with the sub {sub:?}")))
}

pub(super) async fn list(State(state): Shared, _: Driver) -> Json<CustomerList> {
    let customers = state.directory.customers();
    Json(CustomerList { customers: customers.iter().map(|customer| view(&state, customer)).collect() })
}

pub(super) async fn get(
    State(state): Shared,
    _: Driver,
    Path(sub): Path<String>,
) -> Result<Json<CustomerView>, ControlError> {
    Ok(Json(view(&state, &*find(&state, &sub)?)))
}

pub(super) async fn create(
    State(state): Shared,
    _: Driver,
    body: Result<Json<NewCustomer>, JsonRejection>,
) -> Result<(StatusCode, Json<CustomerView>), ControlError> {
    let Json(new) = body?;
    let sub = new.sub.clone().unwrap_or_else(|| format!("auth0|{}", random::identifier()));
    if state.directory.by_sub(&sub).is_some() {
        return Err(ControlError::conflict(format!("there is a customer with the sub {sub:?} already")));
    }
    Ok((StatusCode::CREATED, Json(save(&state, sub, new).await?)))
}

pub(super) async fn put(
    State(state): Shared,
    _: Driver,
    Path(sub): Path<String>,
    body: Result<Json<NewCustomer>, JsonRejection>,
) -> Result<(StatusCode, Json<CustomerView>), ControlError> {
    let Json(new) = body?;
    if new.sub.as_ref().is_some_and(|named| *named != sub) {
        return Err(ControlError::invalid("`sub` is another one than in the address"));
    }
    let status = if state.directory.by_sub(&sub).is_some() { StatusCode::OK } else { StatusCode::CREATED };
    Ok((status, Json(save(&state, sub, new).await?)))
}

pub(super) async fn delete(
    State(state): Shared,
    _: Driver,
    Path(sub): Path<String>,
) -> Result<StatusCode, ControlError> {
    if !state.directory.remove(&sub) {
        return Err(ControlError::not_found(format!("there is no customer with the sub {sub:?}")));
    }
    state.store().forget_customer(&sub, state.now());
    state.changed();
    log_call(&state, "Customer removed", format!("{sub} can no longer log in."));
    Ok(StatusCode::NO_CONTENT)
}

/// The code that the customer's app shows. One that was used is not accepted again: then it is the next one, which a clock that
/// is half a minute ahead would show.
pub(super) async fn totp(
    State(state): Shared,
    _: Driver,
    Path(sub): Path<String>,
) -> Result<Json<TotpView>, ControlError> {
    find(&state, &sub)?;
    let step = state.now() / STEP_SECONDS;
    let code = state.store().enrollments.next_code(&sub, step);
    let (step, code) =
        code.ok_or_else(|| ControlError::not_found("this customer has set up no authenticator app"))?;
    Ok(Json(TotpView { code, until: (step + 1) * STEP_SECONDS }))
}

async fn save(state: &SharedState, sub: String, new: NewCustomer) -> Result<CustomerView, ControlError> {
    if sub.is_empty() || sub.len() > MAX_SUB_LENGTH || !sub.is_ascii() {
        return Err(ControlError::invalid("`sub` must have 1 to 255 ASCII characters"));
    }
    if !new.email.contains('@') {
        return Err(ControlError::invalid("`email` must be an e-mail address"));
    }
    let secret = match new.totp_secret.as_deref().map(Secret::parse) {
        None => None,
        Some(Some(secret)) => Some(secret),
        Some(None) => {
            return Err(ControlError::invalid("`totp_secret` must be base32 of at least 16 bytes"));
        }
    };
    let customer = Customer {
        sub: sub.clone(),
        email: new.email,
        name: new.name,
        password: Password::Hash(String::new()),
        permissions: new.permissions,
        roles: new.roles,
        app_metadata: new.app_metadata,
        user_metadata: new.user_metadata,
        factors: EnrolledFactors::default(),
        profile: Profile::default(),
    };
    let is_new_password = new.password.is_some();
    let (directory, password) = (state.clone(), new.password.map(Password::Plain));
    let saved = task::spawn_blocking(move || directory.directory.put(customer, password)).await;
    saved.map_err(|error| ControlError::invalid(error.to_string()))?.map_err(|error| match error {
        DirectoryError::EmailTaken => ControlError::conflict(error.to_string()),
        DirectoryError::NoPassword | DirectoryError::Password(_) => ControlError::invalid(error.to_string()),
    })?;
    let now = state.now();
    let mut store = state.store();
    store.customers.forget_metadata(&sub);
    if is_new_password {
        store.refresh_tokens.end_customer(&sub, now);
    }
    if let Some(secret) = secret {
        store.enrollments.set_app(&sub, secret);
    }
    if let Some(codes) = new.recovery_codes {
        store.enrollments.set_recovery_codes(&sub, &codes);
    }
    if new.phone && store.phones.count(&sub, now) == 0 {
        store.phones.pair(&sub, &random::secret(), now, state.lifetimes.phone);
    }
    drop(store);
    state.changed();
    log_call(state, "Customer saved", format!("{sub} can log in."));
    Ok(view(state, &*find(state, &sub)?))
}
