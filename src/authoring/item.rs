//! Items of an authoring file: one JSON object, an array of them, or NDJSON.

use serde_json::{Deserializer, Map, Value};

use super::{AuthoringError, Problem};

/// One item as written, without its comments.
#[derive(Clone, Debug, PartialEq)]
pub struct Item {
    /// Number in the file, from 1.
    pub number: usize,
    /// What was written. Keys that begin with `//` are comments and left out.
    pub fields: Map<String, Value>,
}

/// Reads the items of a file. `file` only names it in errors.
pub fn read_items(file: &str, text: &str) -> Result<Vec<Item>, AuthoringError> {
    let mut items = Vec::new();
    let failed = |item, problem| AuthoringError { file: file.to_owned(), item, field: String::new(), problem };
    if text.starts_with('\u{feff}') {
        return Err(failed(1, Problem::ByteOrderMark));
    }
    for read in Deserializer::from_str(text).into_iter::<Value>() {
        let values = match read.map_err(|error| failed(items.len() + 1, Problem::NotJson(error)))? {
            Value::Array(values) => values,
            value => vec![value],
        };
        for value in values {
            let number = items.len() + 1;
            let Value::Object(fields) = without_comments(value) else {
                return Err(failed(number, Problem::NotAnObject));
            };
            items.push(Item { number, fields });
        }
    }
    Ok(items)
}

/// The value without comment keys and without what was left empty (`""`, `[]`,
/// `{}`, 0, false, null): an empty field of a template is an absent field, and so
/// it is in the bytes, where defaults are absent.
fn without_comments(value: Value) -> Value {
    match value {
        Value::Object(fields) => Value::Object(
            fields
                .into_iter()
                .filter(|(key, _)| !key.starts_with("//"))
                .map(|(key, value)| (key, without_comments(value)))
                .filter(|(_, value)| !is_empty(value))
                .collect(),
        ),
        Value::Array(values) => {
            Value::Array(values.into_iter().map(without_comments).filter(|value| !is_empty(value)).collect())
        }
        scalar => scalar,
    }
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Array(values) => values.is_empty(),
        Value::Object(fields) => fields.is_empty(),
        Value::Bool(value) => !value,
        Value::Number(number) => number.as_u64() == Some(0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_object_an_array_and_lines_are_read_alike() {
        let numbers = |text| read_items("f", text).expect("read").iter().map(|item| item.number).collect::<Vec<_>>();
        assert_eq!(numbers(r#"{"a": 1}"#), [1]);
        assert_eq!(numbers(r#"[{"a": 1}, {"a": 2}]"#), [1, 2]);
        assert_eq!(numbers("{\"a\": 1}\n{\"a\": 2}\n\n{\"a\": 3}\n"), [1, 2, 3]);
        assert_eq!(numbers(""), [] as [usize; 0]);
    }

    #[test]
    fn comments_and_empty_fields_are_left_out() {
        let items = read_items(
            "f",
            r#"{"//": "why", "a": {"//b": "x", "b": ""}, "c": "kept", "d": true, "e": false, "f": {"g": 0}}"#,
        );
        let fields = Value::Object(items.expect("read")[0].fields.clone());
        assert_eq!(fields, serde_json::json!({"c": "kept", "d": true}));
    }

    #[test]
    fn a_broken_line_is_named_by_its_item_number() {
        let error = read_items("acts.ndjson", "{\"a\": 1}\n{oops}\n").expect_err("not JSON");
        assert_eq!((error.file.as_str(), error.item), ("acts.ndjson", 2));
        assert!(matches!(error.problem, Problem::NotJson(_)));
    }

    #[test]
    fn a_byte_order_mark_is_told_as_what_it_is() {
        let error = read_items("act.json", "\u{feff}{\"a\": 1}").expect_err("a mark before the first item");
        assert_eq!((error.item, matches!(error.problem, Problem::ByteOrderMark)), (1, true), "{error:?}");
    }
}
