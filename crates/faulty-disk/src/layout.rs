//! The file through which a test and the preloaded library talk: words of 64 bits in the order of the machine. Both sides
//! compile this file.

/// How many calls there were that change a file or the disk.
pub(crate) const CALLS: usize = 0;
pub(crate) const READS: usize = 1;
pub(crate) const FAILED: usize = 2;
/// Which fault there is; none is zero.
pub(crate) const FAULT: usize = 3;
/// The number of the first call that meets it.
pub(crate) const FROM: usize = 4;
/// The number of the first call that does not meet it any more.
pub(crate) const UNTIL: usize = 5;
/// What a short write has come to.
pub(crate) const CUT: usize = 6;
pub(crate) const WORDS: usize = 7;
