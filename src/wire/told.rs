//! Values of the contract in words, and what accounts of one act say differently: guided
//! by the descriptors, so that a new field of the contract needs no line here.
//!
//! Promises: a field in which two accounts differ is told of every account, in the order
//! of the contract. Leaves to others: which accounts are of one act (`treaties`).

use prost::Message;
use prost_reflect::{DynamicMessage, EnumDescriptor, FieldDescriptor, Kind, ReflectMessage, Value};

use super::{cut_apart, descriptor, proto};

/// What an account says in one field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SaidField {
    /// The name in the contract, e.g. "votes".
    pub field: String,
    /// In words, e.g. "66 to 14, 2 abstained"; or that nothing is stated.
    pub says: String,
}

/// The longest that a value is told; of what is longer, the part where the accounts begin to differ.
const LONGEST: usize = 160;

/// For each account the fields of its body in which not all accounts say the same. All
/// are of one kind.
pub fn differing_fields(accounts: &[proto::Event]) -> Vec<Vec<SaidField>> {
    let bodies: Vec<Option<DynamicMessage>> = accounts.iter().map(body_of).collect();
    let Some(first) = bodies.iter().flatten().next() else { return vec![Vec::new(); accounts.len()] };
    let value = |body: &Option<DynamicMessage>, field: &FieldDescriptor| {
        let body = body.as_ref().filter(|body| body.descriptor() == first.descriptor() && body.has_field(field))?;
        Some(body.get_field(field).into_owned())
    };
    let mut told = vec![Vec::new(); accounts.len()];
    for field in first.descriptor().fields() {
        let values: Vec<Option<Value>> = bodies.iter().map(|body| value(body, &field)).collect();
        if values.windows(2).all(|pair| pair[0] == pair[1]) {
            continue;
        }
        let says = values.iter().zip(accounts).map(|(value, account)| match value {
            Some(value) => in_words(&field.kind(), value),
            None => unstated(&field, account),
        });
        let says: Vec<String> = says.collect();
        let says = cut_apart(&says.iter().map(String::as_str).collect::<Vec<_>>(), LONGEST);
        told.iter_mut()
            .zip(says)
            .for_each(|(told, says)| told.push(SaidField { field: field.name().to_owned(), says }));
    }
    told
}

/// Votes in words. The contract cannot tell no abstentions from none stated.
pub fn votes_in_words(votes: &proto::Votes) -> String {
    let proto::Votes { in_favour, against, abstained, not_voting } = votes;
    let abstained = match abstained {
        0 => "abstentions none or not stated".to_owned(),
        count => format!("{count} abstained"),
    };
    let rest = if *not_voting == 0 { String::new() } else { format!(", {not_voting} not voting") };
    format!("{in_favour} to {against}, {abstained}{rest}")
}

fn body_of(event: &proto::Event) -> Option<DynamicMessage> {
    let event = DynamicMessage::decode(descriptor("Event"), event.encode_to_vec().as_slice()).ok()?;
    let body = event.descriptor().oneofs().find(|oneof| oneof.name() == "body")?;
    let field = body.fields().find(|field| event.has_field(field))?;
    event.get_field(&field).as_message().cloned()
}

fn unstated(field: &FieldDescriptor, account: &proto::Event) -> String {
    if field.kind() == Kind::Bool {
        return "no".to_owned();
    }
    let reason = account.not_stated.iter().find(|item| item.field == field.name()).map(|item| {
        let reason = descriptor("NotStated").get_field_by_name("reason").expect("a field of the contract");
        in_words(&reason.kind(), &Value::EnumNumber(item.reason))
    });
    reason.map_or_else(|| "not stated".to_owned(), |reason| format!("not stated ({reason})"))
}

/// A value of a field in words.
fn in_words(kind: &Kind, value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Bool(set) => if *set { "yes" } else { "no" }.to_owned(),
        Value::EnumNumber(number) => match kind {
            Kind::Enum(kind) => enum_in_words(kind, *number),
            _ => number.to_string(),
        },
        Value::List(items) => items.iter().map(|item| in_words(kind, item)).collect::<Vec<_>>().join(", "),
        Value::Message(message) => message_in_words(message),
        Value::U32(number) => number.to_string(),
        Value::U64(number) => number.to_string(),
        Value::I32(number) => number.to_string(),
        Value::I64(number) => number.to_string(),
        // The contract has no other numbers and no maps; bytes are no words.
        Value::F32(_) | Value::F64(_) | Value::Bytes(_) | Value::Map(_) => "not told in words".to_owned(),
    }
}

fn message_in_words(message: &DynamicMessage) -> String {
    if message.descriptor() == descriptor("Votes")
        && let Ok(votes) = message.transcode_to::<proto::Votes>()
    {
        return votes_in_words(&votes);
    }
    let descriptor = message.descriptor();
    let told = descriptor.fields().filter(|field| message.has_field(field)).map(|field| {
        let name = field.name().replace('_', " ");
        format!("{name} {}", in_words(&field.kind(), &message.get_field(&field)))
    });
    told.collect::<Vec<_>>().join(", ")
}

/// The short name of an enum's value, e.g. "government decision".
fn enum_in_words(kind: &EnumDescriptor, number: i32) -> String {
    let prefix = kind.default_value().name().trim_end_matches("UNSPECIFIED").to_owned();
    let name = kind.get_value(number).map(|value| value.name().to_owned());
    name.map_or_else(|| number.to_string(), |name| name.trim_start_matches(&*prefix).to_lowercase().replace('_', " "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proto::event::Body;

    fn step(pursues: proto::PursuedAct, votes: Option<proto::Votes>) -> proto::Event {
        let body = proto::DomesticStepTaken {
            pursues: pursues.into(),
            taken: "2025-04-16".into(),
            votes,
            ..proto::DomesticStepTaken::default()
        };
        proto::Event { body: Some(Body::DomesticStepTaken(body)), ..proto::Event::default() }
    }

    fn said(accounts: &[proto::Event]) -> Vec<Vec<(String, String)>> {
        let told = differing_fields(accounts).into_iter();
        told.map(|fields| fields.into_iter().map(|said| (said.field, said.says)).collect()).collect()
    }

    fn pair(field: &str, says: &str) -> (String, String) {
        (field.to_owned(), says.to_owned())
    }

    #[test]
    fn accounts_are_told_by_the_fields_in_which_they_differ_alone() {
        let votes = |in_favour, against, abstained| Some(proto::Votes { in_favour, against, abstained, not_voting: 0 });
        let (one, other) = (proto::PursuedAct::Withdrawal, proto::PursuedAct::Suspension);
        let told = said(&[step(one, votes(66, 14, 2)), step(one, votes(68, 14, 0)), step(one, None)]);
        assert_eq!(told[0], [pair("votes", "66 to 14, 2 abstained")]);
        assert_eq!(told[1], [pair("votes", "68 to 14, abstentions none or not stated")]);
        assert_eq!(told[2], [pair("votes", "not stated")]);
        let told = said(&[step(one, None), step(other, None)]);
        assert_eq!(told, [[pair("pursues", "withdrawal")], [pair("pursues", "suspension")]]);
        assert_eq!(said(&[step(one, None), step(one, None)]), [[], []]);
    }

    #[test]
    fn what_is_not_stated_is_told_with_its_reason() {
        let notice = |received: &str| proto::Event {
            not_stated: vec![proto::NotStated {
                field: "received_by_depositary".into(),
                reason: proto::NotStatedReason::Unknown.into(),
            }],
            body: Some(Body::WithdrawalNotified(proto::WithdrawalNotified {
                received_by_depositary: received.into(),
                ..proto::WithdrawalNotified::default()
            })),
            ..proto::Event::default()
        };
        let told = said(&[notice("2025-08-20"), notice("")]);
        assert_eq!(told[0], [pair("received_by_depositary", "2025-08-20")]);
        assert_eq!(told[1], [pair("received_by_depositary", "not stated (unknown)")]);
    }

    #[test]
    fn lists_messages_and_long_texts_are_told_short() {
        let decided = |text: String, names: &[&str]| proto::Event {
            body: Some(Body::SuspensionNotified(proto::SuspensionNotified {
                claimed_until: text,
                provisions: names.iter().map(|name| (*name).to_owned()).collect(),
                grounds: vec![proto::SuspensionGround::FundamentalChange.into()],
                ..proto::SuspensionNotified::default()
            })),
            ..proto::Event::default()
        };
        let told = said(&[decided("ä".repeat(400), &["1", "2"]), decided(String::new(), &[])]);
        assert_eq!(told[0].len(), 2);
        assert_eq!(told[0][0].1.chars().count(), LONGEST + 1);
        assert_eq!(told[0][1], pair("provisions", "1, 2"));
        let until = |end: &str| decided(format!("{}{end}", "the same words, ".repeat(40)), &[]);
        let told = said(&[until("to the end of the war"), until("to the peace")]);
        assert!(told[0][0].1.starts_with('…') && told[0][0].1.ends_with("to the end of the war"), "{told:?}");
        assert!(told[1][0].1.starts_with('…') && told[1][0].1.ends_with("to the peace"), "{told:?}");
    }
}
