//! The numbers that the two devices show.

use super::Push;

impl Push {
    /// Three different two-digit numbers, and which of them is the right one.
    pub(crate) fn numbers(random: [u8; 8]) -> (u8, [u8; 3]) {
        let mut random = u64::from_le_bytes(random);
        // Digits of a number in mixed radix. 2^64 is so much larger than 90 × 89 × 88 × 3 that no choice is likelier
        // than another by a part in ten trillion.
        let mut below = |bound: u64| {
            let digit = random % bound;
            random /= bound;
            u8::try_from(digit).unwrap_or_default()
        };
        let mut choices = [0; 3];
        for place in 0..choices.len() {
            let mut number = 10 + below(90 - place as u64);
            let mut taken = choices;
            taken.sort_unstable();
            // Skips what is taken, in order: the digit counts the numbers that are left.
            for other in taken {
                if other != 0 && number >= other {
                    number += 1;
                }
            }
            choices[place] = number;
        }
        (choices[usize::from(below(3))], choices)
    }
}

#[cfg(test)]
mod tests {
    use super::Push;

    #[test]
    fn numbers_are_distinct_and_uniform() {
        let mut right_places = [0; 3];
        let mut seen = [false; 100];
        for seed in 0..20_000_u64 {
            // An odd factor spreads the seeds over all 64 bits.
            let (right, choices) = Push::numbers(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15).to_le_bytes());
            let [a, b, c] = choices;
            assert!(a != b && b != c && c != a, "{choices:?}");
            assert!(choices.iter().all(|number| (10..=99).contains(number)), "{choices:?}");
            right_places[choices.iter().position(|number| *number == right).unwrap()] += 1;
            for number in choices {
                seen[usize::from(number)] = true;
            }
        }
        assert!(right_places.iter().all(|count| (6_000..7_400).contains(count)), "{right_places:?}");
        assert!(seen[10..].iter().all(|seen| *seen));
    }
}
