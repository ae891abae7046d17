//! Refresh tokens (RFC 6749, 6), with rotation and the detection of one that is used twice (RFC 9700, 4.14.2). All that come of
//! one log-in are a family. A token is the name of its family and a secret; only hashes of both are kept, so whoever reads the
//! database has no token, and nobody who does not hold one of a family can end it.

use serde::{Deserialize, Serialize};

use crate::domain::RefreshTokenPolicy;
use crate::persistence::{DurableError, Journal, Loaded, Record, Table};
use crate::random::Fingerprint;

/// Families of one customer at one client, as at Auth0; the oldest goes first.
const MAX_FAMILIES: usize = 200;
/// Tokens that came of one within its leeway. Only one of them is good for the next exchange.
const MAX_SIBLINGS: usize = 10;

/// What a customer granted for longer than a session.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct RefreshTokenGrant {
    pub(crate) client_id: String,
    pub(crate) sub: String,
    pub(crate) sid: String,
    pub(crate) audience: Option<String>,
    pub(crate) scopes: Vec<String>,
    /// When the customer authenticated: a token that is renewed is no newer log-in (OIDC Core 12.2).
    pub(crate) auth_time: u64,
}

/// The same, with the tokens that are good for it now.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct RefreshTokenFamily {
    pub(crate) granted: RefreshTokenGrant,
    pub(crate) created: u64,
    pub(crate) last_used: u64,
    pub(crate) expires: u64,
    pub(crate) idle_expires: u64,
    /// The code that the first of them came for.
    code: Fingerprint,
    live: Vec<Fingerprint>,
    /// The one before, and when it was used.
    previous: Option<(Fingerprint, u64)>,
    /// Why none of them is good any more, and since when.
    ended: Option<(FamilyEnd, u64)>,
}

impl Record for RefreshTokenFamily {
    const KIND: &'static str = "refresh-tokens";
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum FamilyEnd {
    /// A token came that was used before.
    Reused,
    /// The code that they came of was sent again (RFC 6749, 4.1.2).
    CodeReused,
    /// At `/oauth/revoke`.
    Revoked,
    /// "This was not me" on the phone.
    SessionReported,
    PasswordChanged,
}

/// Why a token is good for nothing. The client is not told which of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum RefreshTokenError {
    Unknown,
    OtherClient,
    /// Its API does not have `allow_offline_access` any more.
    NotAllowed,
    /// Since then.
    Expired(u64),
    /// Not used since then.
    Idle(u64),
    /// Used before. All of its family are good for nothing from now on.
    Reused,
    Ended(FamilyEnd, u64),
}

#[derive(Default)]
pub(crate) struct RefreshTokens(Table<RefreshTokenFamily>);

impl RefreshTokens {
    pub(crate) fn load(loaded: &mut Loaded, journal: &Journal) -> Result<Self, DurableError> {
        Table::load(loaded, journal).map(Self)
    }

    /// Begins a family. `id` and `secret` become its first token; `code`: what it came for.
    pub(crate) fn issue(
        &mut self,
        (id, secret): (&str, &str),
        granted: RefreshTokenGrant,
        code: &str,
        policy: RefreshTokenPolicy,
        now: u64,
    ) -> String {
        self.0.retain(|_, family| now < family.expires && now < family.idle_expires);
        let of_both = |it: &RefreshTokenFamily| {
            (&it.granted.sub, &it.granted.client_id) == (&granted.sub, &granted.client_id)
        };
        self.0.make_room(MAX_FAMILIES, of_both, |family| family.created);
        let token = token(id, secret);
        let family = RefreshTokenFamily {
            created: now,
            last_used: now,
            expires: now.saturating_add(policy.lifetime),
            idle_expires: now.saturating_add(policy.idle_lifetime),
            code: Fingerprint::of(code),
            live: vec![Fingerprint::of(&token)],
            previous: None,
            ended: None,
            granted,
        };
        self.0.insert(key(id), family);
        token
    }

    /// What the token is good for, if it is. One that was used before ends its family.
    pub(crate) fn find(
        &mut self,
        token: &str,
        client_id: &str,
        policy: RefreshTokenPolicy,
        now: u64,
    ) -> Result<RefreshTokenFamily, RefreshTokenError> {
        let mut family = self.0.get_mut(&key_of(token)).ok_or(RefreshTokenError::Unknown)?;
        if family.granted.client_id != client_id {
            return Err(RefreshTokenError::OtherClient);
        }
        if let Some((end, at)) = family.ended {
            return Err(RefreshTokenError::Ended(end, at));
        }
        if now >= family.expires {
            return Err(RefreshTokenError::Expired(family.expires));
        }
        if now >= family.idle_expires {
            return Err(RefreshTokenError::Idle(family.last_used));
        }
        let sent = Fingerprint::of(token);
        let comes_again = || {
            let again = family.previous.filter(|(previous, _)| *previous == sent);
            again.is_some_and(|(_, used)| policy.leeway > 0 && now <= used.saturating_add(policy.leeway))
        };
        if !family.live.contains(&sent) && !comes_again() {
            family.ended = Some((FamilyEnd::Reused, now));
            return Err(RefreshTokenError::Reused);
        }
        Ok(family.clone())
    }

    /// Uses the token; gives the next one, where they rotate. `secret`: of the next one.
    pub(crate) fn exchange(
        &mut self,
        token: &str,
        client_id: &str,
        secret: &str,
        policy: RefreshTokenPolicy,
        now: u64,
    ) -> Result<Option<String>, RefreshTokenError> {
        self.find(token, client_id, policy, now)?;
        let mut family = self.0.get_mut(&key_of(token)).ok_or(RefreshTokenError::Unknown)?;
        family.last_used = now;
        family.idle_expires = now.saturating_add(policy.idle_lifetime);
        if !policy.rotation {
            return Ok(None);
        }
        let (sent, next) = (Fingerprint::of(token), self::token(id_of(token), secret));
        if family.live.contains(&sent) {
            family.previous = Some((sent, now));
            family.live.clear();
        } else if family.live.len() >= MAX_SIBLINGS {
            family.live.remove(0);
        }
        family.live.push(Fingerprint::of(&next));
        Ok(Some(next))
    }

    /// Ends the family of a token, where it is this client's.
    pub(crate) fn revoke(&mut self, token: &str, client_id: &str, now: u64) -> Option<RefreshTokenFamily> {
        let mut family = self.0.get_mut(&key_of(token)).filter(|it| it.granted.client_id == client_id)?;
        if family.ended.is_none() {
            family.ended = Some((FamilyEnd::Revoked, now));
        }
        Some(family.clone())
    }

    /// Whether tokens of this code were good, which are none any more.
    pub(crate) fn end_code(&mut self, code: &str, now: u64) -> bool {
        let code = Fingerprint::of(code);
        self.end(FamilyEnd::CodeReused, now, |family| family.code == code)
    }

    pub(crate) fn end_session(&mut self, sid: &str, now: u64) {
        self.end(FamilyEnd::SessionReported, now, |family| family.granted.sid == sid);
    }

    pub(crate) fn end_customer(&mut self, sub: &str, now: u64) {
        self.end(FamilyEnd::PasswordChanged, now, |family| family.granted.sub == sub);
    }

    pub(crate) fn forget_customer(&mut self, sub: &str) {
        self.0.retain(|_, family| family.granted.sub != sub);
    }

    pub(crate) fn clear(&mut self) {
        self.0.retain(|_, _| false);
    }

    fn end(&mut self, end: FamilyEnd, now: u64, wanted: impl Fn(&RefreshTokenFamily) -> bool) -> bool {
        let open = self.0.select(|family| family.ended.is_none() && wanted(family));
        let keys: Vec<String> = open.map(|(key, _)| key.to_owned()).collect();
        for key in &keys {
            if let Some(mut family) = self.0.get_mut(key) {
                family.ended = Some((end, now));
            }
        }
        !keys.is_empty()
    }
}

fn token(id: &str, secret: &str) -> String {
    format!("{id}.{secret}")
}

fn id_of(token: &str) -> &str {
    token.split_once('.').map_or(token, |(id, _)| id)
}

fn key_of(token: &str) -> String {
    key(id_of(token))
}

fn key(id: &str) -> String {
    Fingerprint::of(id).text()
}
