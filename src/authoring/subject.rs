//! What an item is about: from `"treaty": "APMBC", "participant": "Poland"` to
//! `participation/untc:XXVI-5/POL`.

use serde_json::{Map, Value};

use super::{Lookup, Names, Problem, error::At};
use crate::domain::{KindRow, Subject, SubjectState, SubjectType};

/// Takes the subject's shorthands out of item and body and says what they mean.
pub(super) fn take_subject(
    row: &KindRow,
    item: &mut Map<String, Value>,
    body: &mut Map<String, Value>,
    names: &dyn Names,
) -> Result<Subject, At> {
    if let Some(given) = item.remove("subject") {
        return parse_subject(row, &given);
    }
    let meant = meant(row, item, body);
    let mut id_of = |what: SubjectType, state| {
        let text = take_text(row, what, item, body)?;
        find_id(what, state, &text, names)
    };
    let invalid = |what: SubjectType| move |error| At::new(what.name(), Problem::Invalid(error));
    match meant {
        SubjectType::Ledger => Ok(Subject::Ledger),
        SubjectType::Participation => {
            let treaty = id_of(SubjectType::Treaty, SubjectState::Exists)?;
            let participant = id_of(SubjectType::Participant, SubjectState::Exists)?;
            let treaty = treaty.parse().map_err(invalid(SubjectType::Treaty))?;
            Ok(Subject::Participation(treaty, participant.parse().map_err(invalid(SubjectType::Participant))?))
        }
        what @ (SubjectType::Organisation | SubjectType::Treaty | SubjectType::Participant | SubjectType::Record) => {
            let id = id_of(what, row.subject_state)?;
            format!("{}/{id}", what.name()).parse().map_err(invalid(what))
        }
    }
}

/// Which of the kind's subjects the shorthands mean: the one that asks for the
/// most of what is given.
fn meant(row: &KindRow, item: &Map<String, Value>, body: &Map<String, Value>) -> SubjectType {
    let given = |key: &str| item.contains_key(key) || body.contains_key(key);
    let fits = |subject: &&SubjectType| keys_of(**subject).iter().all(|key| given(key));
    let best = row.subjects.iter().filter(fits).max_by_key(|subject| keys_of(**subject).len());
    *best.unwrap_or(&row.subjects[0])
}

/// The shorthands that name a subject.
pub(super) fn keys_of(subject: SubjectType) -> &'static [&'static str] {
    match subject {
        SubjectType::Ledger => &[],
        SubjectType::Organisation => &["organisation"],
        SubjectType::Treaty => &["treaty"],
        SubjectType::Participant => &["participant"],
        SubjectType::Participation => &["treaty", "participant"],
        SubjectType::Record => &["record"],
    }
}

fn parse_subject(row: &KindRow, given: &Value) -> Result<Subject, At> {
    let text = given.as_str().ok_or_else(|| At::new("subject", Problem::WrongType("a text in quotes")))?;
    let subject: Subject = text.parse().map_err(|error| At::new("subject", Problem::Invalid(error)))?;
    if row.subjects.contains(&subject.subject_type()) {
        Ok(subject)
    } else {
        Err(At::new("subject", Problem::SubjectMissing { subject: shapes(row) }))
    }
}

/// The text of a shorthand, from the item or from the body, but not from both.
fn take_text(
    row: &KindRow,
    what: SubjectType,
    item: &mut Map<String, Value>,
    body: &mut Map<String, Value>,
) -> Result<String, At> {
    let key = what.name();
    match (item.remove(key), body.remove(key)) {
        (Some(Value::String(text)), None) | (None, Some(Value::String(text))) => Ok(text.trim().to_owned()),
        (Some(_), Some(_)) => Err(At::new(key, Problem::GivenTwice)),
        (None, None) => Err(At::new(key, Problem::SubjectMissing { subject: shapes(row) })),
        (Some(_), None) | (None, Some(_)) => Err(At::new(key, Problem::WrongType("a text in quotes"))),
    }
}

/// The id behind a text. A new subject is named by its id; of an existing one
/// the names are asked first, because `APMBC` could be an id as well.
fn find_id(what: SubjectType, state: SubjectState, text: &str, names: &dyn Names) -> Result<String, At> {
    if let Some(id) = text.strip_prefix(what.name()).and_then(|rest| rest.strip_prefix('/')) {
        return Ok(id.to_owned());
    }
    if state == SubjectState::New {
        return Ok(text.to_owned());
    }
    match names.find(what, text) {
        Lookup::One(id) => Ok(id),
        Lookup::Several(ids) => {
            let (text, ids) = (text.to_owned(), ids.join(", "));
            Err(At::new(what.name(), Problem::AmbiguousName { what: what.name(), text, ids }))
        }
        Lookup::Unknown if looks_like_an_id(what, text) => Ok(text.to_owned()),
        Lookup::Unknown => Err(At::new(what.name(), Problem::UnknownName { what: what.name(), text: text.to_owned() })),
    }
}

/// Whether a text that no names know can only be an id: `untc:XXVI-5`, `POL`.
fn looks_like_an_id(what: SubjectType, text: &str) -> bool {
    let subject = format!("{}/{text}", what.name());
    let well_formed = subject.parse::<Subject>().is_ok();
    well_formed && (what != SubjectType::Treaty || text.contains(':'))
}

fn shapes(row: &KindRow) -> String {
    row.subjects.iter().map(|subject| shape(*subject)).collect::<Vec<_>>().join(", or ")
}

const fn shape(what: SubjectType) -> &'static str {
    match what {
        SubjectType::Ledger => "\"ledger\"",
        SubjectType::Organisation => "an \"organisation\"",
        SubjectType::Treaty => "a \"treaty\"",
        SubjectType::Participant => "a \"participant\"",
        SubjectType::Participation => "a \"treaty\" and a \"participant\"",
        SubjectType::Record => "a \"record\"",
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::{authoring::NameBook, domain::Kind};

    fn names() -> NameBook {
        let mut names = NameBook::default();
        names.note(SubjectType::Treaty, "untc:XXVI-5", ["APMBC"]);
        names.note(SubjectType::Participant, "POL", ["Poland"]);
        names.note(SubjectType::Participant, "COG", ["Congo"]);
        names.note(SubjectType::Participant, "COD", ["Congo"]);
        names
    }

    fn subject(kind: &str, item: Value, body: Value) -> Result<String, (String, String)> {
        let row = Kind::from_name(kind).expect("a kind").row();
        let (Value::Object(mut item), Value::Object(mut body)) = (item, body) else { panic!("objects") };
        take_subject(row, &mut item, &mut body, &names())
            .map(|subject| subject.to_string())
            .map_err(|at| (at.field, at.problem.to_string()))
    }

    #[test]
    fn names_and_ids_lead_to_the_same_subject_from_item_or_body() {
        let expected = Ok("participation/untc:XXVI-5/POL".to_owned());
        for (item, body) in [
            (json!({}), json!({"treaty": "APMBC", "participant": "Poland"})),
            (json!({"treaty": "untc:XXVI-5", "participant": "POL"}), json!({})),
            (json!({"treaty": "treaty/untc:XXVI-5"}), json!({"participant": "participant/POL"})),
            (json!({"subject": "participation/untc:XXVI-5/POL"}), json!({})),
        ] {
            assert_eq!(subject("withdrawal_notified", item, body), expected);
        }
        assert_eq!(
            subject("record_opened", json!({"record": "XX-D3-0007"}), json!({})),
            Ok("record/XX-D3-0007".into())
        );
        assert_eq!(subject("charter_adopted", json!({}), json!({})), Ok("ledger".into()));
        assert_eq!(
            subject("key_ended", json!({"organisation": "lv-desk"}), json!({})),
            Ok("organisation/lv-desk".into())
        );
    }

    #[test]
    fn a_name_that_nobody_knows_is_refused_rather_than_taken_for_an_id() {
        let unknown = subject("withdrawal_notified", json!({"treaty": "CCM", "participant": "POL"}), json!({}));
        assert_eq!(unknown.expect_err("unknown").0, "treaty");
        let unknown = subject("withdrawal_notified", json!({"treaty": "APMBC", "participant": "Atlantis"}), json!({}));
        assert_eq!(unknown.expect_err("unknown").0, "participant");
    }

    #[test]
    fn a_missing_doubled_or_ambiguous_name_is_named() {
        let (field, problem) =
            subject("withdrawal_notified", json!({"treaty": "APMBC"}), json!({})).expect_err("missing");
        assert_eq!(field, "participant");
        assert!(problem.contains("a \"treaty\" and a \"participant\""), "{problem}");
        let twice = subject("record_opened", json!({"record": "A"}), json!({"record": "A"}));
        assert_eq!(twice.expect_err("twice").0, "record");
        let several = subject("signature_affixed", json!({"treaty": "APMBC", "participant": "Congo"}), json!({}));
        assert!(several.expect_err("ambiguous").1.contains("COG, COD"));
        let other = subject("record_opened", json!({"subject": "treaty/a:b"}), json!({}));
        assert_eq!(other.expect_err("another type").0, "subject");
    }
}
