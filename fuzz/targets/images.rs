#![no_main]

mod guard;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| guard::in_time(bytes, sanad_fuzz::images::check));
