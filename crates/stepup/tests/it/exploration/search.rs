//! Breadth first, from a beginning to a depth: every act that is possible in every state, each state once. What is found
//! first is reached in the fewest acts.

use std::{collections::BTreeSet, thread};

use super::{act::Act, invariants::Broken, model::Start};

/// What was looked at.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(super) struct Explored {
    /// States that differ in more than names.
    pub(super) states: usize,
    /// Acts that were tried in them.
    pub(super) steps: usize,
    /// Was there nothing beyond the depth?
    pub(super) exhausted: bool,
}

/// A property that does not hold, with the acts that lead there.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Counterexample {
    pub(super) broken: Broken,
    pub(super) acts: Vec<Act>,
}

/// How a state was reached: from which one of the states before, by which act.
struct Reached {
    from: usize,
    act: Act,
}

/// Looks at everything that can happen within `depth` acts after the start.
pub(super) fn explore(start: &Start, depth: usize) -> Result<Explored, Box<Counterexample>> {
    let mut known = BTreeSet::from([start.model().fingerprint()]);
    let mut levels: Vec<Vec<Reached>> = Vec::new();
    let mut explored = Explored { states: 1, ..Explored::default() };
    for _ in 0..depth {
        let before = levels.last().map_or(1, Vec::len);
        let mut next = Vec::new();
        for found in in_parallel(start, &levels, before) {
            let (steps, states) = found?;
            explored.steps += steps;
            next.extend(states.into_iter().filter(|(print, _)| known.insert(*print)).map(|(_, it)| it));
        }
        if next.is_empty() {
            explored.exhausted = true;
            break;
        }
        explored.states += next.len();
        levels.push(next);
    }
    Ok(explored)
}

type Found = Result<(usize, Vec<(u128, Reached)>), Box<Counterexample>>;

/// One thread for each core takes a run of the states of the last level.
fn in_parallel(start: &Start, levels: &[Vec<Reached>], states: usize) -> Vec<Found> {
    let threads = thread::available_parallelism().map_or(1, Into::into);
    let share = states.div_ceil(threads).max(1);
    thread::scope(|scope| {
        let work: Vec<_> = (0..states)
            .step_by(share)
            .map(|from| scope.spawn(move || expand(start, levels, from..states.min(from + share))))
            .collect();
        work.into_iter().map(|work| work.join().expect("no act panics")).collect()
    })
}

/// Tries every act in each of these states. A session cannot be copied (its requests leave once), so the way to a state
/// is gone again after each act that led out of it.
fn expand(start: &Start, levels: &[Vec<Reached>], states: std::ops::Range<usize>) -> Found {
    let (mut steps, mut found, mut known) = (0, Vec::new(), BTreeSet::new());
    for state in states {
        let way = way_to(levels, state);
        let mut model = start.after(&way);
        let here = model.fingerprint();
        for act in model.possible() {
            steps += 1;
            if let Err(broken) = model.act(act) {
                return Err(Box::new(Counterexample { broken, acts: [way, vec![act]].concat() }));
            }
            let print = model.fingerprint();
            if print == here {
                continue;
            }
            if known.insert(print) {
                found.push((print, Reached { from: state, act }));
            }
            model = start.after(&way);
        }
    }
    Ok((steps, found))
}

fn way_to(levels: &[Vec<Reached>], mut state: usize) -> Vec<Act> {
    let mut acts = Vec::new();
    for level in levels.iter().rev() {
        acts.push(level[state].act);
        state = level[state].from;
    }
    acts.reverse();
    acts
}
