//! The library that stands between a program and its disk. Nothing here allocates, locks or panics: a program may write where
//! it may not do these, as in a signal handler.

#[path = "../src/layout.rs"]
mod layout;

use std::ffi::{CStr, c_char, c_int, c_uint, c_void};
use std::ptr;
use std::sync::atomic::{AtomicPtr, AtomicU64, Ordering};

#[link(name = "c")]
unsafe extern "C" {
    fn __errno_location() -> *mut c_int;
    fn _exit(status: c_int) -> !;
    fn dlsym(handle: *mut c_void, name: *const c_char) -> *mut c_void;
    fn getenv(name: *const c_char) -> *const c_char;
    fn mmap(
        at: *mut c_void,
        length: usize,
        access: c_int,
        flags: c_int,
        fd: c_int,
        from: isize,
    ) -> *mut c_void;
    fn readlink(path: *const c_char, into: *mut c_char, size: usize) -> isize;
}

// As on every architecture of Linux that this is for.
const RTLD_NEXT: *mut c_void = -1_isize as *mut c_void;
const PROT_READ_WRITE: c_int = 1 | 2;
const MAP_SHARED: c_int = 1;
const MAP_FAILED: *mut c_void = -1_isize as *mut c_void;
const O_ACCMODE: c_int = 0o3;
const O_RDONLY: c_int = 0;
const O_RDWR: c_int = 0o2;
const EIO: c_int = 5;
const ENOSPC: c_int = 28;
const EROFS: c_int = 30;

/// What a call does to a file.
#[derive(Clone, Copy, PartialEq)]
enum Operation {
    Write,
    Sync,
    Truncate,
    Open,
    Read,
}

/// What becomes of a call.
enum Verdict {
    Pass,
    Cut,
    Fail(c_int),
}

// As in `Fault`.
const SHORT_WRITE: u64 = 3;
const READ: u64 = 8;

/// The error that an operation meets while there is this fault.
fn error(fault: u64, operation: Operation) -> Option<c_int> {
    use Operation::{Open, Read, Sync, Truncate, Write};
    match (fault, operation) {
        (1 | SHORT_WRITE, Write) => Some(ENOSPC),
        (2, Write) | (4, Sync) | (5, Truncate) | (6, Open) | (READ, Read) | (9, _) => Some(EIO),
        (7, Write | Truncate | Open) => Some(EROFS),
        _ => None,
    }
}

// What a short write has come to: nothing was cut; one was, and the next write has to fail; one has.
const WHOLE: u64 = 0;
const OWED: u64 = 1;
const PAID: u64 = 2;

type Control = [AtomicU64; layout::WORDS];
static CONTROL: AtomicPtr<Control> = AtomicPtr::new(ptr::null_mut());

fn judge(operation: Operation, is_kept: impl Fn() -> bool) -> Verdict {
    let Some(control) = (unsafe { CONTROL.load(Ordering::Acquire).as_ref() }) else { return Verdict::Pass };
    if !is_kept() {
        return Verdict::Pass;
    }
    let counter = if operation == Operation::Read { layout::READS } else { layout::CALLS };
    let mut number = control[counter].fetch_add(1, Ordering::AcqRel);
    let fault = control[layout::FAULT].load(Ordering::Acquire);
    let Some(error) = error(fault, operation) else { return Verdict::Pass };
    if operation == Operation::Read && fault != READ {
        number = control[layout::CALLS].load(Ordering::Acquire);
    }
    let from = control[layout::FROM].load(Ordering::Acquire);
    let until = control[layout::UNTIL].load(Ordering::Acquire);
    let cut = |from, to| {
        control[layout::CUT].compare_exchange(from, to, Ordering::AcqRel, Ordering::Acquire).is_ok()
    };
    let is_inside = (from..until).contains(&number);
    if fault == SHORT_WRITE && is_inside && cut(WHOLE, OWED) {
        control[layout::FAILED].fetch_add(1, Ordering::AcqRel);
        return Verdict::Cut;
    }
    let is_owed = fault == SHORT_WRITE && cut(OWED, PAID);
    if !is_inside && !is_owed {
        return Verdict::Pass;
    }
    control[layout::FAILED].fetch_add(1, Ordering::AcqRel);
    Verdict::Fail(error)
}

/// Whether a path is one of a database's files, but not of its shared memory.
fn is_database(path: &[u8]) -> bool {
    let name = path.rsplit(|byte| *byte == b'/').next().unwrap_or_default();
    let has = |part: &[u8]| name.windows(part.len()).any(|window| window == part);
    has(b".sqlite") && !has(b"-shm")
}

fn is_kept(fd: c_int) -> bool {
    let Ok(number) = u32::try_from(fd) else { return false };
    // Longer than /proc/self/fd/4294967295 and its end.
    let mut link = [0_u8; 32];
    let mut digits = [0_u8; 10];
    let (mut rest, mut length) = (number, 0);
    loop {
        digits[length] = b'0' + (rest % 10) as u8;
        (rest, length) = (rest / 10, length + 1);
        if rest == 0 {
            break;
        }
    }
    let folder = b"/proc/self/fd/";
    link[..folder.len()].copy_from_slice(folder);
    for (place, digit) in link[folder.len()..].iter_mut().zip(digits[..length].iter().rev()) {
        *place = *digit;
    }
    let mut path = [0_u8; 4096];
    let before = unsafe { *__errno_location() };
    let read = unsafe { readlink(link.as_ptr().cast(), path.as_mut_ptr().cast(), path.len()) };
    unsafe { *__errno_location() = before };
    usize::try_from(read).is_ok_and(|read| is_database(&path[..read]))
}

fn failed<T: From<i8>>(error: c_int) -> T {
    unsafe { *__errno_location() = error };
    T::from(-1)
}

/// The functions of the C library, found once. `dlsym` gives the same whoever asks first.
static NEXT: [AtomicPtr<c_void>; NAMES.len()] = [const { AtomicPtr::new(ptr::null_mut()) }; NAMES.len()];
const NAMES: [&CStr; 12] = [
    c"write",
    c"pwrite",
    c"pwrite64",
    c"read",
    c"pread",
    c"pread64",
    c"fsync",
    c"fdatasync",
    c"ftruncate",
    c"ftruncate64",
    c"open",
    c"open64",
];

fn next(function: usize) -> *mut c_void {
    let known = NEXT[function].load(Ordering::Acquire);
    if !known.is_null() {
        return known;
    }
    let found = unsafe { dlsym(RTLD_NEXT, NAMES[function].as_ptr()) };
    NEXT[function].store(found, Ordering::Release);
    found
}

/// Calls the C library's function of this number in [`NAMES`].
macro_rules! call_next {
    ($number:expr, ($($type:ty),*) -> $result:ty, $($argument:expr),*) => {{
        let function = next($number);
        if function.is_null() {
            std::process::abort()
        }
        let function = unsafe {
            std::mem::transmute::<*mut c_void, unsafe extern "C" fn($($type),*) -> $result>(function)
        };
        unsafe { function($($argument),*) }
    }};
}

macro_rules! writes {
    ($($number:literal $name:ident ($($at:ident: $type:ty)?);)*) => {$(
        #[unsafe(no_mangle)]
        unsafe extern "C" fn $name(fd: c_int, bytes: *const c_void, size: usize $(, $at: $type)?) -> isize {
            let size = match judge(Operation::Write, || is_kept(fd)) {
                Verdict::Pass => size,
                Verdict::Cut if size > 1 => size / 2,
                Verdict::Cut => return failed(ENOSPC),
                Verdict::Fail(error) => return failed(error),
            };
            call_next!($number, (c_int, *const c_void, usize $(, $type)?) -> isize, fd, bytes, size $(, $at)?)
        }
    )*};
}

macro_rules! reads_and_changes {
    ($($number:literal $name:ident $operation:ident ($($argument:ident: $type:ty),*) -> $result:ty;)*) => {$(
        #[unsafe(no_mangle)]
        unsafe extern "C" fn $name(fd: c_int $(, $argument: $type)*) -> $result {
            if let Verdict::Fail(error) = judge(Operation::$operation, || is_kept(fd)) {
                return failed(error);
            }
            call_next!($number, (c_int $(, $type)*) -> $result, fd $(, $argument)*)
        }
    )*};
}

macro_rules! opens {
    ($($number:literal $name:ident;)*) => {$(
        /// The C library takes a variable number of arguments here, which Rust cannot define. On Linux the third is passed
        /// as it is for a function that always has one.
        #[unsafe(no_mangle)]
        unsafe extern "C" fn $name(path: *const c_char, flags: c_int, mode: c_uint) -> c_int {
            let is_kept = || {
                flags & O_ACCMODE != O_RDONLY && is_database(unsafe { CStr::from_ptr(path) }.to_bytes())
            };
            if let Verdict::Fail(error) = judge(Operation::Open, is_kept) {
                return failed(error);
            }
            call_next!($number, (*const c_char, c_int, c_uint) -> c_int, path, flags, mode)
        }
    )*};
}

// `long`, which is what `off_t` is; `off64_t` has 64 bits everywhere.
writes! {
    0 write();
    1 pwrite(at: isize);
    2 pwrite64(at: i64);
}
reads_and_changes! {
    3 read Read(into: *mut c_void, size: usize) -> isize;
    4 pread Read(into: *mut c_void, size: usize, at: isize) -> isize;
    5 pread64 Read(into: *mut c_void, size: usize, at: i64) -> isize;
    6 fsync Sync() -> c_int;
    7 fdatasync Sync() -> c_int;
    8 ftruncate Truncate(length: isize) -> c_int;
    9 ftruncate64 Truncate(length: i64) -> c_int;
}
opens! {
    10 open;
    11 open64;
}

/// Runs before the program does.
#[used]
#[unsafe(link_section = ".init_array")]
static START: extern "C" fn() = start;

extern "C" fn start() {
    for function in 0..NAMES.len() {
        next(function);
    }
    let path = unsafe { getenv(c"FAULTY_DISK".as_ptr()) };
    if path.is_null() {
        return;
    }
    let fd = call_next!(10, (*const c_char, c_int, c_uint) -> c_int, path, O_RDWR, 0);
    let size = size_of::<Control>();
    let control = unsafe { mmap(ptr::null_mut(), size, PROT_READ_WRITE, MAP_SHARED, fd, 0) };
    if fd < 0 || control == MAP_FAILED {
        // A test that believes in a faulty disk must not get a sound one.
        let text = b"the file that FAULTY_DISK names cannot be mapped\n";
        call_next!(0, (c_int, *const c_void, usize) -> isize, 2, text.as_ptr().cast(), text.len());
        unsafe { _exit(127) }
    }
    CONTROL.store(control.cast(), Ordering::Release);
}
