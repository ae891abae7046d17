//! The browser shell of Riser: it mounts the app, nothing else.

fn main() {
    riser::driver::start();
}
