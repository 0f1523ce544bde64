//! Tells cargo when the data built into the binary has changed.

fn main() {
    // New files below data/ are built into the binary; cargo itself watches only those it has seen.
    println!("cargo::rerun-if-changed=data");
}
