#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| certwright_fuzz_targets::secret::run(data));
