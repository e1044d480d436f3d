//! Rules about the code and its documents that the compiler cannot see.
//!
//! Promises: each test names the rule, and its failure names every place.
//! Plain std: the files of the package are read as text, so a rule holds for
//! what is written and not for what is meant; a place that needs an exception
//! is reworded instead.

use std::{
    fs,
    path::{Path, PathBuf},
};

/// The modules, foundation first: a module uses those on lines above its own and
/// those to its left. `ARCHITECTURE.md` gives the same list with a sentence each.
const ORDER: &[&[&str]] = &[
    &["limits", "crypto", "merkle"],
    &["domain"],
    &["clock", "checkpoint", "treaties", "minefields", "tables"],
    &["journal", "wire", "projections"],
    &["policy", "settings", "telemetry"],
    &["admission"],
    &["sequencer", "audit"],
    &["authoring", "client", "server"],
    &["founding"],
    &["bench", "demo"],
    &["cli"],
];

/// Where the types generated from the contract may be named: the two sides of the
/// network, what drives a service as a client does, what reads and writes files in the contract's JSON, and `wire`, which
/// turns all of it into domain values. Everything else knows domain values only.
const MAY_USE_PROTO: &[&str] = &["wire", "server", "client", "cli", "bench", "demo", "authoring"];

/// Words that say that something is done, but not what.
const EMPTY_WORDS: &[&str] = &[
    "process",
    "processes",
    "processed",
    "processing",
    "handle",
    "handles",
    "handled",
    "handler",
    "handling",
    "manage",
    "manages",
    "managed",
    "manager",
    "management",
    "util",
    "utils",
    "common",
    "helper",
    "helpers",
];

/// Files longer than this are split.
const LINES_PER_FILE: usize = 600;

/// Where samples lie: open ocean, in degrees.
const SAMPLE_LATITUDES: (f64, f64) = (-50.0, -48.0);
const SAMPLE_LONGITUDES: (f64, f64) = (-125.0, -122.0);

#[test]
fn no_file_is_longer_than_one_can_hold_in_mind() {
    let long = sources().into_iter().filter_map(|file| {
        let lines = file.text.lines().count();
        (lines > LINES_PER_FILE).then(|| format!("{}: {lines} lines, at most {LINES_PER_FILE}", file.name))
    });
    none(long);
}

#[test]
fn every_file_opens_with_what_it_is_for() {
    none(sources().into_iter().filter(|file| !file.text.starts_with("//! ")).map(|file| file.name));
}

#[test]
fn no_name_is_an_empty_word() {
    let mut places = Vec::new();
    for file in sources() {
        let stem = Path::new(&file.name).file_stem().and_then(|stem| stem.to_str()).unwrap_or_default().to_owned();
        if let Some(word) = empty_word(&stem) {
            places.push(format!("{}: the file is named {word:?}", file.name));
        }
        for (line, code) in file.code() {
            for name in declared_names(&code) {
                if let Some(word) = empty_word(name) {
                    places.push(format!("{}:{line}: {name} has the word {word:?}", file.name));
                }
            }
        }
    }
    none(places);
}

#[test]
fn no_unwrap_outside_tests() {
    let mut places = Vec::new();
    for file in sources().iter().filter(|file| !file.is_test()) {
        for (line, code) in file.code_before_tests() {
            if code.contains(".unwrap()") {
                places.push(format!("{}:{line}: say with expect() why it cannot fail", file.name));
            }
        }
    }
    none(places);
}

#[test]
fn generated_types_stay_at_the_edges() {
    let mut places = Vec::new();
    for file in sources().iter().filter(|file| !MAY_USE_PROTO.contains(&file.module())) {
        for (line, code) in file.code() {
            if names_path(&code, "proto") {
                places.push(format!("{}:{line}: only {MAY_USE_PROTO:?} may name generated types", file.name));
            }
        }
    }
    none(places);
}

/// Modules that decide or answer: what they know of a treaty, they read from its
/// registration.
const KNOW_NO_TREATY: &[&str] =
    &["domain", "treaties", "journal", "wire", "projections", "policy", "admission", "sequencer", "audit", "server"];

#[test]
fn no_rule_names_a_treaty() {
    let names: Vec<String> = files_below(&root().join("examples/treaties"))
        .iter()
        .flat_map(|file| {
            let text = read(&shown(file));
            let quoted = |line: &str| line.split('"').skip(3).step_by(2).map(str::to_owned).collect::<Vec<_>>();
            let named = ["\"treaty\":", "\"short_names\":"].map(str::to_owned);
            let lines = text.lines().filter(|line| named.iter().any(|key| line.trim().starts_with(key)));
            lines.flat_map(quoted).filter(|name| !name.is_empty()).collect::<Vec<_>>()
        })
        .collect();
    assert!(
        names.iter().any(|name| name == "APMBC") && names.iter().any(|name| name.starts_with("untc:")),
        "{names:?}"
    );
    let mut places = Vec::new();
    for file in sources().iter().filter(|file| !file.is_test() && KNOW_NO_TREATY.contains(&file.module())) {
        for (line, code) in file.code_before_tests() {
            if let Some(name) = names.iter().find(|name| code.contains(name.as_str())) {
                places.push(format!("{}:{line}: {name} is for its registration to name", file.name));
            }
        }
    }
    none(places);
}

#[test]
fn every_module_stands_in_the_order() {
    let missing = sources().into_iter().filter(|file| place(file.module()).is_none());
    let missing = missing.filter(|file| !matches!(file.module(), "lib" | "main"));
    none(missing.map(|file| format!("{}: add the module {} to ORDER and ARCHITECTURE.md", file.name, file.module())));
}

#[test]
fn a_module_uses_only_what_stands_before_it() {
    let mut places = Vec::new();
    for file in sources().iter().filter(|file| !file.is_test()) {
        let Some(own) = place(file.module()) else { continue };
        for used in used_modules(&file.code_before_tests()) {
            if place(&used).is_some_and(|used| used > own) {
                places.push(format!("{}: {} stands before {used}", file.name, file.module()));
            }
        }
    }
    none(places);
}

#[test]
fn the_architecture_tells_every_module() {
    let architecture = read("ARCHITECTURE.md");
    let modules: Vec<String> = sources().iter().map(|file| file.module().to_owned()).collect();
    let untold = ORDER.iter().copied().flatten().filter(|module| modules.iter().any(|there| there == *module));
    none(untold.filter(|module| !architecture.contains(&format!("`{module}`"))));
}

#[test]
fn samples_lie_in_open_ocean() {
    let mut places = Vec::new();
    for folder in ["examples", "tests/golden", "src/demo"] {
        for file in files_below(&root().join(folder)) {
            let Ok(text) = fs::read_to_string(&file) else { continue };
            let ashore = coordinates(&text).into_iter().filter(|(axis, degrees)| !axis.allows(*degrees));
            places.extend(ashore.map(|(axis, degrees)| format!("{}: {degrees} ({axis:?})", shown(&file))));
        }
    }
    none(places);
}

#[test]
fn the_check_of_samples_sees_what_it_should() {
    let allowed = |text: &str| coordinates(text).iter().all(|(axis, degrees)| axis.allows(*degrees));
    let seen = [
        (r#"{ "latitude": -490000000, "longitude": -1235000000 }"#, 2, true),
        (r#"{ "latitude": -470000000, "longitude": -1235000000 }"#, 2, false),
        (r#""centre": "-49.5, -123.25""#, 2, true),
        (r#""centre": "49.5, -123.25""#, 2, false),
        (r#""ring": ["-49.5, -123.25", "-49.6, -121.9"]"#, 4, false),
        (r#""coordinates": [[-123.5, -49.5], [-123.4, -49.5]]"#, 4, true),
        ("latitude=-485_000_000, longitude=-1_220_000_001", 2, true),
        ("latitude: i32", 0, true),
    ];
    for (text, count, expected) in seen {
        assert_eq!((coordinates(text).len(), allowed(text)), (count, expected), "{text}");
    }
}

#[test]
fn every_rejection_is_documented_and_none_that_is_gone() {
    let codes = rules_of("src/policy/rejection.rs");
    assert_eq!(rows(&read("docs/rejections.md")), codes, "docs/rejections.md has one row per rule, in order");
}

#[test]
fn every_rule_of_form_is_documented_and_none_that_is_gone() {
    let codes = rules_of("src/wire/malformed.rs");
    assert_eq!(rows(&read("docs/malformed.md")), codes, "docs/malformed.md has one row per rule, in order");
    let rejections = read("docs/rejections.md");
    none(codes.iter().filter(|code| !rejections.contains(&format!("`{code}`"))));
}

#[test]
fn every_rule_for_tables_is_documented_and_none_that_is_gone() {
    let mut told = rows(&read("docs/tables.md"));
    told.retain(|word| word.starts_with(char::is_uppercase) && word.len() > 3);
    assert_eq!(told, rules_of("src/tables/rule.rs"), "docs/tables.md has one row per rule, in order");
}

#[test]
fn every_finding_is_documented_and_none_that_is_gone() {
    let mut codes = pinned_words("src/domain/finding.rs", "FindingCode");
    codes.extend(pinned_words("src/domain/legal.rs", "LegalRemark"));
    codes.extend(pinned_words("src/domain/land_finding.rs", "LandFindingCode"));
    assert_eq!(rows(&read("docs/findings.md")), codes, "docs/findings.md has one row per code, in order");
}

#[test]
fn every_word_of_a_status_is_documented() {
    let document = read("docs/status.md");
    let words = ["StatusRule", "ChangeCode", "DecidedBy"];
    let words = words.into_iter().flat_map(|name| pinned_words("src/treaties/answer.rs", name));
    let of_tables = ["CoverageWord", "DifferenceCode"].into_iter();
    let words = words.chain(of_tables.flat_map(|name| pinned_words("src/treaties/coverage.rs", name)));
    let words = words.chain(pinned_words("src/treaties/counts.rs", "Definition"));
    let names = read("src/treaties/answer.rs");
    let statuses = between(&names, "const fn name(self) -> &'static str {", "\n    }");
    let statuses = statuses.lines().filter_map(|line| line.split('"').nth(1)).map(str::to_owned);
    none(words.chain(statuses).filter(|word| !document.contains(&format!("| `{word}` |"))));
}

#[test]
fn every_word_of_a_duty_is_documented() {
    let document = read("docs/obligations.md");
    let words =
        ["DutyState", "DutyRule"].into_iter().flat_map(|name| pinned_words("src/treaties/obligations.rs", name));
    none(words.filter(|word| !document.contains(&format!("| `{word}` |"))));
}

#[test]
fn every_word_of_what_comes_is_documented() {
    let document = read("docs/questions.md");
    let words = pinned_words("src/treaties/upcoming.rs", "UpcomingType");
    none(words.into_iter().filter(|word| !document.contains(&format!("| `{word}` |"))));
}

#[test]
fn every_type_of_mandate_is_documented() {
    let document = read("docs/events.md");
    let words = pinned_words("src/domain/organisation.rs", "MandateType");
    none(words.into_iter().filter(|word| !document.contains(&format!("| `{word}` |"))));
}

#[test]
fn every_kind_is_documented_with_its_number() {
    let contract = read("proto/merestone/v1/event.proto");
    let fields = between(&contract, "oneof body {", "}");
    let fields: Vec<&str> = fields.lines().map(str::trim).filter(|line| line.ends_with(';')).collect();
    assert!(!fields.is_empty());
    let document = read("docs/events.md");
    none(fields.into_iter().filter(|field| {
        let words: Vec<&str> = field.trim_end_matches(';').split_whitespace().collect();
        !matches!(words[..], [_, name, "=", number] if document.contains(&format!("| {number} | `{name}` |")))
    }));
}

#[test]
fn every_setting_is_documented() {
    let settings = read("src/settings.rs");
    let fields = between(&settings, "pub struct Settings {", "\n}");
    let names: Vec<&str> =
        fields.lines().filter_map(|line| line.trim().strip_prefix("pub ")?.split(':').next()).collect();
    assert!(!names.is_empty());
    let document = read("docs/operations.md");
    none(names.into_iter().filter(|name| !document.contains(&format!("| `{name}` |"))));
}

#[test]
fn every_dependency_is_accounted_for() {
    let document = read("docs/dependencies.md");
    let mut dependencies = Vec::new();
    let mut section = String::new();
    for line in read("Cargo.toml").lines() {
        if line.starts_with('[') {
            line.clone_into(&mut section);
        } else if section.ends_with("dependencies]")
            && let Some((name, _)) = line.split_once(" =")
        {
            dependencies.push(name.to_owned());
        }
    }
    assert!(!dependencies.is_empty());
    none(dependencies.iter().filter(|name| !document.contains(&format!("| `{name}` |"))));
}

/// A file of the sources.
struct Source {
    /// Relative to the package.
    name: String,
    text: String,
}

impl Source {
    /// The top-level module that the file belongs to.
    fn module(&self) -> &str {
        let below = self.name.strip_prefix("src/").unwrap_or(&self.name);
        let first = below.split('/').next().unwrap_or(below);
        first.strip_suffix(".rs").unwrap_or(first)
    }

    /// Whether the file holds nothing but tests and what they need.
    fn is_test(&self) -> bool {
        self.name.split('/').any(|piece| {
            let piece = piece.strip_suffix(".rs").unwrap_or(piece);
            piece == "tests" || piece == "testing" || piece.ends_with("_tests")
        })
    }

    /// The lines without their comments, numbered from 1.
    fn code(&self) -> Vec<(usize, String)> {
        self.text.lines().enumerate().map(|(at, line)| (at + 1, without_comment(line).to_owned())).collect()
    }

    /// The same up to the file's own module of tests, which stands last.
    fn code_before_tests(&self) -> Vec<(usize, String)> {
        let lines: Vec<&str> = self.text.lines().collect();
        let opens_tests = |at: &usize| {
            let after = lines[*at + 1..].iter().find(|line| !line.starts_with("#["));
            lines[*at] == "#[cfg(test)]" && after.is_some_and(|line| line.starts_with("mod ") && line.ends_with('{'))
        };
        let end = (0..lines.len()).find(opens_tests).unwrap_or(lines.len());
        let mut code = self.code();
        code.truncate(end);
        code
    }
}

/// Fails with every place at once.
fn none<T: ToString>(places: impl IntoIterator<Item = T>) {
    let places: Vec<String> = places.into_iter().map(|place| place.to_string()).collect();
    assert!(places.is_empty(), "\n  {}\n", places.join("\n  "));
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn shown(path: &Path) -> String {
    path.strip_prefix(root()).unwrap_or(path).to_string_lossy().replace('\\', "/")
}

fn read(name: &str) -> String {
    fs::read_to_string(root().join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

fn sources() -> Vec<Source> {
    let rust = files_below(&root().join("src")).into_iter().filter(|path| path.extension().is_some_and(|e| e == "rs"));
    let sources: Vec<Source> = rust.map(|path| Source { name: shown(&path), text: read(&shown(&path)) }).collect();
    assert!(!sources.is_empty(), "no sources were found");
    sources
}

/// All files below a folder, in order of their path; none if it does not exist.
fn files_below(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.expect("the folder can be read").path()).collect();
    paths.sort();
    paths.into_iter().flat_map(|path| if path.is_dir() { files_below(&path) } else { vec![path] }).collect()
}

/// The line up to a comment; two slashes within quotes are none.
fn without_comment(line: &str) -> &str {
    let (mut quoted, mut escaped) = (false, false);
    for (at, character) in line.char_indices() {
        match character {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' if !line[..at].ends_with('\'') => quoted = !quoted,
            '/' if !quoted && line[at..].starts_with("//") => return &line[..at],
            _ => {}
        }
    }
    line
}

fn is_of_name(character: char) -> bool {
    character.is_ascii_alphanumeric() || character == '_'
}

/// Names that a line of code declares.
fn declared_names(code: &str) -> Vec<&str> {
    const DECLARING: &[&str] = &["fn", "mod", "struct", "enum", "trait", "type", "const", "static"];
    let words: Vec<&str> = code.split(|c| !is_of_name(c)).filter(|word| !word.is_empty()).collect();
    words.windows(2).filter(|pair| DECLARING.contains(&pair[0])).map(|pair| pair[1]).collect()
}

/// The first empty word of a name in snake or camel case.
fn empty_word(name: &str) -> Option<String> {
    let mut words = vec![String::new()];
    for character in name.chars() {
        if character == '_' || character.is_uppercase() {
            words.push(String::new());
        }
        if character != '_' {
            words.last_mut().expect("there is always one").extend(character.to_lowercase());
        }
    }
    // SCREAMING_CASE comes apart into letters above and whole here.
    words.extend(name.split('_').map(str::to_lowercase));
    words.into_iter().find(|word| EMPTY_WORDS.contains(&word.as_str()))
}

/// Whether the code names something under this path segment.
fn names_path(code: &str, segment: &str) -> bool {
    let path = format!("{segment}::");
    code.match_indices(&path).any(|(at, _)| !code[..at].ends_with(is_of_name))
}

/// Where a module stands in the order.
fn place(module: &str) -> Option<(usize, usize)> {
    ORDER.iter().enumerate().find_map(|(line, modules)| {
        modules.iter().position(|candidate| *candidate == module).map(|column| (line, column))
    })
}

/// Modules of this crate that the code names: `crate::x` and `crate::{x, y::z}`.
fn used_modules(code: &[(usize, String)]) -> Vec<String> {
    let text: String = code.iter().map(|(_, line)| format!("{line}\n")).collect();
    let mut used = Vec::new();
    for (at, start) in text.match_indices("crate::") {
        let rest = &text[at + start.len()..];
        match rest.strip_prefix('{') {
            Some(group) => used.extend(first_names(group)),
            None => used.extend(first_name(rest)),
        }
    }
    used.sort();
    used.dedup();
    used
}

/// The first name of each item of a group, up to its closing brace.
fn first_names(group: &str) -> Vec<String> {
    let (mut depth, mut item, mut names) = (0, String::new(), Vec::new());
    for character in group.chars() {
        match character {
            '{' => depth += 1,
            '}' if depth == 0 => break,
            '}' => depth -= 1,
            ',' if depth == 0 => names.extend(first_name(&std::mem::take(&mut item))),
            _ if depth == 0 => item.push(character),
            _ => {}
        }
    }
    names.extend(first_name(&item));
    names
}

fn first_name(text: &str) -> Option<String> {
    let name: String = text.trim_start().chars().take_while(|c| is_of_name(*c)).collect();
    Some(name).filter(|name| !name.is_empty())
}

/// What a number in a sample stands for.
#[derive(Clone, Copy, Debug)]
enum Axis {
    Latitude,
    Longitude,
    /// One of a pair whose order the form of the text decides.
    Either,
}

impl Axis {
    fn allows(self, degrees: f64) -> bool {
        let within = |(low, high): (f64, f64)| (low..=high).contains(&degrees);
        match self {
            Self::Latitude => within(SAMPLE_LATITUDES),
            Self::Longitude => within(SAMPLE_LONGITUDES),
            Self::Either => within(SAMPLE_LATITUDES) || within(SAMPLE_LONGITUDES),
        }
    }
}

/// Every coordinate of a text: named fields in degrees or in units of 1e-7
/// degree, and points of the authoring form and of GeoJSON.
fn coordinates(text: &str) -> Vec<(Axis, f64)> {
    let mut found = Vec::new();
    for (field, axis) in [("latitude", Axis::Latitude), ("longitude", Axis::Longitude)] {
        for (at, _) in text.match_indices(field) {
            let value = text[at + field.len()..].trim_start_matches(['"', ':', '=', ' ']);
            let number: String = value.chars().take_while(|c| matches!(c, '-' | '.' | '_' | '0'..='9')).collect();
            if let Ok(number) = number.replace('_', "").parse::<f64>() {
                found.push((axis, if number.abs() > 1_000.0 { number / 1e7 } else { number }));
            }
        }
    }
    for field in ["\"centre\":", "\"ring\":", "\"coordinates\":"] {
        for (at, _) in text.match_indices(field) {
            let value = value_of(text[at + field.len()..].trim_start());
            found.extend(numbers(value).into_iter().map(|number| (Axis::Either, number)));
        }
    }
    found
}

/// A quoted text or a list, but no object and no list of objects: their fields
/// have names of their own.
fn value_of(text: &str) -> &str {
    if let Some(quoted) = text.strip_prefix('"') {
        return quoted.split('"').next().unwrap_or_default();
    }
    let mut depth = 0;
    for (at, character) in text.char_indices() {
        match character {
            '[' => depth += 1,
            '{' => return "",
            ']' if depth <= 1 => return &text[..at],
            ']' => depth -= 1,
            _ if depth == 0 => return "",
            _ => {}
        }
    }
    ""
}

fn numbers(text: &str) -> Vec<f64> {
    text.split(|c: char| !matches!(c, '-' | '.' | '0'..='9')).filter_map(|number| number.parse().ok()).collect()
}

/// The text between two marks.
fn between<'a>(text: &'a str, from: &str, to: &str) -> &'a str {
    let (_, rest) = text.split_once(from).unwrap_or_else(|| panic!("there is no {from:?}"));
    rest.split_once(to).unwrap_or_else(|| panic!("{from:?} has no end")).0
}

/// The codes of a `rules!` block, in order.
fn rules_of(file: &str) -> Vec<String> {
    let source = read(file);
    let block = between(&source, "\nrules! {", "\n}");
    let lines = block.lines().map(|line| without_comment(line).trim());
    let codes: Vec<String> = lines.filter(|line| line.starts_with(char::is_uppercase)).filter_map(first_name).collect();
    assert!(!codes.is_empty(), "{file} has rules");
    codes
}

/// The names of a pinned enum, in order.
fn pinned_words(file: &str, name: &str) -> Vec<String> {
    let source = read(file);
    let block = between(&source, &format!(" {name} {{"), "\n    }");
    let words: Vec<String> =
        block.lines().filter_map(|line| line.split(" = ").nth(1)?.split('"').nth(1)).map(str::to_owned).collect();
    assert!(!words.is_empty(), "{file} pins {name}");
    words
}

/// The codes in the first column of a document's tables.
fn rows(document: &str) -> Vec<String> {
    let cells = document.lines().filter_map(|line| line.strip_prefix("| `")?.split('`').next());
    cells.map(str::to_owned).collect()
}
