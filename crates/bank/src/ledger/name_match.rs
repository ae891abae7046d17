//! Whether a name that a customer typed is the name of an account's holder, as people mean it: Verification of Payee, Regulation
//! (EU) 2024/886.

use strsim::damerau_levenshtein;
use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::is_combining_mark;

/// How alike two names are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NameMatch {
    /// The same, but for case, accents, punctuation, titles and order.
    Match,
    /// A slip, an initial, or a name that one of the two leaves out.
    CloseMatch,
    NoMatch,
}

/// Not part of a name.
const TITLES: [&str; 10] = ["mr", "mrs", "ms", "miss", "dr", "prof", "herr", "frau", "mme", "mlle"];
/// Two ways to write what a company is.
const LEGAL_FORMS: [(&str, &str); 4] =
    [("limited", "ltd"), ("incorporated", "inc"), ("corporation", "corp"), ("company", "co")];
/// Letters that do not decompose, and those that German writes with two where it cannot write them with one.
const SPELLINGS: [(&str, &str); 6] =
    [("ß", "ss"), ("æ", "ae"), ("œ", "oe"), ("ø", "o"), ("ł", "l"), ("đ", "d")];
const GERMAN_SPELLINGS: [(&str, &str); 3] = [("ä", "ae"), ("ö", "oe"), ("ü", "ue")];

/// Compares a name with the holder's.
pub(super) fn compare(given: &str, holder: &str) -> NameMatch {
    let [given, holder] = [given, holder].map(|name| [words(name, &[]), words(name, &GERMAN_SPELLINGS)]);
    let best = |is_alike: fn(&[String], &[String]) -> bool| {
        given.iter().any(|given| holder.iter().any(|holder| is_alike(given, holder)))
    };
    if best(|given, holder| !given.is_empty() && given == holder) {
        NameMatch::Match
    } else if best(are_close) {
        NameMatch::CloseMatch
    } else {
        NameMatch::NoMatch
    }
}

/// The words of a name, sorted, in small letters without accents.
fn words(name: &str, spellings: &[(&str, &str)]) -> Vec<String> {
    // Composed first: a decomposed `ü` is the same letter.
    let mut text: String = name.nfkc().collect::<String>().to_lowercase();
    for (letter, instead) in spellings.iter().chain(&SPELLINGS) {
        text = text.replace(letter, instead);
    }
    let text: String =
        text.nfkd().filter(|c| !is_combining_mark(*c) && !matches!(c, '\'' | '’' | '.')).collect();
    let mut words: Vec<String> = text
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty() && !TITLES.contains(word))
        .map(|word| LEGAL_FORMS.iter().find(|(long, _)| *long == word).map_or(word, |(_, short)| *short))
        .map(str::to_owned)
        .collect();
    words.sort_unstable();
    words
}

/// Each word of the shorter name has its own word in the longer one. A single word of a longer name is too little: the answer
/// tells the whole name.
fn are_close(given: &[String], holder: &[String]) -> bool {
    let (shorter, longer) = if given.len() <= holder.len() { (given, holder) } else { (holder, given) };
    if shorter.is_empty() || (shorter.len() == 1 && longer.len() > 1) {
        return false;
    }
    let mut left: Vec<&String> = longer.iter().collect();
    let mut has_whole_word = false;
    // Whole words choose first, so that no initial takes the place of one.
    let (initials, whole): (Vec<_>, Vec<_>) = shorter.iter().partition(|word| word.chars().count() == 1);
    whole.into_iter().chain(initials).all(|word| {
        let best = left.iter().enumerate().filter(|(_, other)| is_close_word(word, other));
        let Some((index, _)) = best.min_by_key(|(_, other)| damerau_levenshtein(word, other)) else {
            return false;
        };
        let other = left.remove(index);
        has_whole_word |= word.chars().count() > 1 && other.chars().count() > 1;
        true
    }) && has_whole_word
}

/// One slip in a word, two in a long one; or an initial.
fn is_close_word(a: &str, b: &str) -> bool {
    let [length_a, length_b] = [a, b].map(|word| word.chars().count());
    if length_a == 1 || length_b == 1 {
        return a.chars().next() == b.chars().next();
    }
    let slips = match length_a.max(length_b) {
        0..4 => 0,
        4..8 => 1,
        _ => 2,
    };
    damerau_levenshtein(a, b) <= slips
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_match_as_people_mean_them() {
        for (given, holder, expected) in [
            ("Ben Example", "Ben Example", NameMatch::Match),
            ("example, BEN", "Ben Example", NameMatch::Match),
            ("Dr. Ben Example", "Ben Example", NameMatch::Match),
            ("Jurgen Mueller", "Jürgen Müller", NameMatch::CloseMatch),
            ("Juergen Mueller", "Jürgen Müller", NameMatch::Match),
            ("Jurgen Muller", "Jürgen Müller", NameMatch::Match),
            ("Ju\u{308}rgen Müller", "Jürgen Müller", NameMatch::Match),
            ("Strauss", "Strauß", NameMatch::Match),
            ("OBrien Aoife", "Aoife O’Brien", NameMatch::Match),
            ("City Energy Limited", "City Energy Ltd.", NameMatch::Match),
            ("Ольга Иванова", "Ольга Иванова", NameMatch::Match),
            ("Søren Kierkegaard", "Soren Kierkegaard", NameMatch::Match),
            ("Anne-Marie Duval", "Anne Marie Duval", NameMatch::Match),
            ("Ben Exmaple", "Ben Example", NameMatch::CloseMatch),
            ("B. Example", "Ben Example", NameMatch::CloseMatch),
            ("Ben Karl Example", "Ben Example", NameMatch::CloseMatch),
            ("Ben Example", "Ben K. Example", NameMatch::CloseMatch),
            ("Ecxample Ben", "Ben Example", NameMatch::CloseMatch),
            ("Citi Energy", "City Energy", NameMatch::CloseMatch),
            ("Ben", "Ben Example", NameMatch::NoMatch),
            ("B E", "Ben Example", NameMatch::NoMatch),
            ("B Example", "Cora Example", NameMatch::NoMatch),
            ("Ada Example", "Ben Example", NameMatch::NoMatch),
            ("Ben Sample", "Ben Example", NameMatch::NoMatch),
            ("", "Ben Example", NameMatch::NoMatch),
            ("...", "Ben Example", NameMatch::NoMatch),
            ("Dr.", "Ben Example", NameMatch::NoMatch),
            ("Łukasz Żółć", "Lukasz Zolc", NameMatch::Match),
            ("ÅSA LINDSTRÖM", "Asa Lindstrom", NameMatch::Match),
            ("Иванова, О.", "Ольга Иванова", NameMatch::CloseMatch),
            ("Stripee", "Stripe", NameMatch::CloseMatch),
            ("J. John", "John Jones", NameMatch::CloseMatch),
            ("王芳", "王芳", NameMatch::Match),
            ("王芳", "李娜", NameMatch::NoMatch),
        ] {
            assert_eq!(compare(given, holder), expected, "{given} / {holder}");
            let other_way = compare(holder, given);
            assert_eq!(other_way, expected, "{holder} / {given}");
        }
    }
}
