//! The session as a state machine, exhausted: from each of these beginnings, everything that can happen within so many
//! acts happens, in every order, and in every state that is reached every property is asked.
//!
//! The ordinary tests look two acts far. `cargo xtask explore` looks further.

mod act;
mod fingerprint;
mod invariants;
mod model;
mod search;

use stepup::effect::Timer;

use self::{
    act::{Act, Amount, Bound, Do, Reply},
    invariants::PROPERTIES,
    model::Start,
    search::{Explored, explore},
};
use crate::servers::{CODE_FLOW, CONFIG};

/// Enough of everything for an accident on top of an attack.
const BOUNDS: &[(Bound, u8)] = &[
    (Bound::Departures, 1),
    (Bound::Confirms, 2),
    (Bound::Reloads, 2),
    (Bound::TimeOuts, 2),
    (Bound::Lies, 1),
    (Bound::Replays, 1),
    (Bound::Edits, 1),
    (Bound::Jumps, 1),
    (Bound::LogOuts, 1),
    (Bound::Copies, 1),
    (Bound::Agains, 1),
    (Bound::Refusals, 1),
    (Bound::TurnedAway, 1),
];

const LOG_IN: &[Do] = &[Do::LogIn, Do::Return(Reply::Grant)];
const REVIEW: &[Do] = &[Do::Fill(Amount::Usual), Do::Review];
const LEAVE: &[Do] = &[Do::Confirm, Do::Answer(0), Do::Wake(Timer::Leave)];
const COME_BACK: &[Do] = &[Do::Return(Reply::Grant)];
const STATEMENTS: &[Do] = &[Do::Statements, Do::Wake(Timer::Leave)];
/// The bank wants more than a scope.
const REQUIREMENT: &str =
    r#"acr_values="http://schemas.openid.net/pape/policies/2007/06/multi-factor", max_age="300""#;

fn start(name: &'static str, parts: &[&[Do]]) -> Start {
    let acts = parts.concat().into_iter().map(|what| Act::In(0, what)).collect();
    Start {
        name,
        config: CONFIG,
        late: false,
        required_for_transfers: None,
        required_for_reads: None,
        bounds: BOUNDS,
        acts,
    }
}

fn with_copy(mut start: Start) -> Start {
    start.acts.push(Act::Copy);
    start
}

/// Where things begin: each stage of the workflow, so that a few acts are enough to go wrong at any of them.
fn starts() -> Vec<Start> {
    vec![
        start("nobody is logged in", &[]),
        start("at the provider, to log in", &[&[Do::LogIn]]),
        start("about to confirm", &[LOG_IN, REVIEW]),
        start("the first attempt is on its way", &[LOG_IN, REVIEW, &[Do::Confirm]]),
        start("at the provider, to confirm", &[LOG_IN, REVIEW, LEAVE]),
        with_copy(start("at the provider, to confirm, in two tabs", &[LOG_IN, REVIEW, LEAVE])),
        start("the second attempt is on its way", &[LOG_IN, REVIEW, LEAVE, COME_BACK]),
        start("the second attempt is lost", &[LOG_IN, REVIEW, LEAVE, COME_BACK, &[Do::TimeOut(0)]]),
        start("at the provider, for the statements", &[LOG_IN, STATEMENTS]),
        Start {
            required_for_transfers: Some(REQUIREMENT),
            ..start("at the provider, with a demand of RFC 9470", &[LOG_IN, REVIEW, LEAVE])
        },
        Start {
            required_for_reads: Some(REQUIREMENT),
            ..start("a balance behind a demand of RFC 9470", &[LOG_IN])
        },
        Start {
            config: CODE_FLOW,
            ..start(
                "at the provider, to confirm, with a code",
                &[&[Do::LogIn, Do::Return(Reply::Grant), Do::Answer(0)], REVIEW, LEAVE],
            )
        },
        Start {
            late: true,
            ..start("at the provider, to log in, and everything is late", &[&[Do::LogIn, Do::Answer(0)]])
        },
        Start {
            late: true,
            ..start(
                "at the provider, to confirm, and everything is late",
                &[
                    &[
                        Do::LogIn,
                        Do::Answer(0),
                        Do::Return(Reply::Grant),
                        Do::Answer(0),
                        Do::Answer(0),
                        Do::Check,
                    ],
                    &[Do::Answer(0), Do::Answer(0)],
                    REVIEW,
                    LEAVE,
                ],
            )
        },
    ]
}

/// Explores one beginning and says what was seen; panics with the way to what is broken.
fn look(start: &Start, depth: usize) -> Explored {
    match explore(start, depth) {
        Ok(explored) => {
            let Explored { states, steps, exhausted } = explored;
            let end = if exhausted { "  (there is no more)" } else { "" };
            println!("{:<55}{depth:>3} acts{states:>10} states{steps:>11} steps{end}", start.name);
            explored
        }
        Err(found) => panic!(
            "{}\n  does not hold, {} acts after the beginning {:?}:\n  {}\n  {}",
            found.broken.property,
            found.acts.len(),
            start.name,
            found.acts.iter().map(|act| format!("{act:?}")).collect::<Vec<_>>().join("\n  "),
            found.broken.what,
        ),
    }
}

/// Proves: threat-edited-storage, single-use-token, exploration
#[test]
fn invariants_hold_two_acts_from_every_stage() {
    for start in starts() {
        look(&start, 2);
    }
}

/// Run by `cargo xtask explore`, which says how far to look.
#[test]
#[ignore = "takes minutes: cargo xtask explore"]
fn invariants_hold_to_the_full_depth() {
    let depth = std::env::var("RISER_EXPLORE_ACTS").ok().and_then(|text| text.parse().ok()).unwrap_or(4);
    println!("properties:\n  {}\n", PROPERTIES.join("\n  "));
    let mut all = Explored::default();
    for start in starts() {
        let explored = look(&start, depth);
        all.states += explored.states;
        all.steps += explored.steps;
    }
    println!("\nall: {} states, {} steps; {} properties hold", all.states, all.steps, PROPERTIES.len());
}
