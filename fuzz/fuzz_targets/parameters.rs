//! Parameters are read as everybody else reads them, or not at all.

#![no_main]

use keystile::oauth::Parameters;
use libfuzzer_sys::fuzz_target;

const NAMES: [&str; 6] = ["client_id", "redirect_uri", "state", "scope", "resource", "a"];

fuzz_target!(|input: &[u8]| {
    let _ = Parameters::of_json(input);
    let Ok(read) = Parameters::of_form(input) else { return };

    let others: Vec<_> =
        form_urlencoded::parse(input).filter(|(_, value)| !value.is_empty()).collect();
    for name in NAMES {
        let theirs: Vec<_> = others.iter().filter(|it| it.0 == name).map(|it| &*it.1).collect();
        assert_eq!(read.all(name).collect::<Vec<_>>(), theirs);
        match read.one(name) {
            Ok(value) => assert!(theirs.len() <= 1 && value == theirs.first().copied()),
            Err(_) => assert!(theirs.len() > 1 && read.expect_once(&[]).is_err()),
        }
    }
});
