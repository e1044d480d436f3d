//! The bytes of row values: the one place that knows them.
//!
//! Values with several fields are small protobuf messages (no maps, fields in order,
//! defaults absent), lists of events are plain varints: both are functions of what
//! they hold, so the chained digest is too (I4). A change here is a new
//! [`super::ROWS_FORMAT`]: read models of another format are rebuilt.

use prost::Message;
use prost::encoding::{decode_varint, encode_varint};

use super::keys::describe;
use super::model::{KeyEndState, KeyState, MandateState, MemberState, ModelPosition, OrganisationState, RowsDigest};
use super::{ROWS_FORMAT, ReadModelError};
use crate::domain::{
    Charter, CharterProfile, CivilDate, Finding, FindingCode, Index, KeyEnding, Kind, Mandate, MandateType, MemberId,
    OrganisationId, OrganisationStanding, OrganisationType, PolicyNumber, Position, PublicKey, RecordingTime, Role,
    Scope, Size, TreeHash, WorldDate,
};

/// A value that cannot be read back.
pub(super) struct Unreadable;

impl Unreadable {
    /// With the key of the row.
    pub(super) fn at(self, key: &[u8]) -> ReadModelError {
        ReadModelError::Damaged { row: describe(key) }
    }
}

#[derive(Clone, PartialEq, Message)]
struct PositionRow {
    #[prost(uint32, tag = "1")]
    format: u32,
    #[prost(uint64, tag = "2")]
    size: u64,
    #[prost(bytes = "vec", tag = "3")]
    root: Vec<u8>,
    #[prost(bytes = "vec", tag = "4")]
    digest: Vec<u8>,
    #[prost(uint32, optional, tag = "5")]
    policy: Option<u32>,
    #[prost(uint64, optional, tag = "6")]
    recorded_at: Option<u64>,
}

/// The row of the position.
pub(super) fn position_row(position: &ModelPosition) -> Vec<u8> {
    let ModelPosition { size, root, digest, policy, recorded_at } = position;
    PositionRow {
        format: ROWS_FORMAT,
        size: size.0,
        root: root.as_bytes().to_vec(),
        digest: digest.as_bytes().to_vec(),
        policy: policy.map(|policy| policy.0),
        recorded_at: recorded_at.map(|time| time.0),
    }
    .encode_to_vec()
}

/// The position of a row; nothing when it is of another format.
pub(super) fn read_position(value: &[u8]) -> Option<ModelPosition> {
    let PositionRow { format, size, root, digest, policy, recorded_at } = PositionRow::decode(value).ok()?;
    if format != ROWS_FORMAT {
        return None;
    }
    Some(ModelPosition {
        size: Size(size),
        root: TreeHash::from_slice(&root)?,
        digest: RowsDigest::from_slice(&digest)?,
        policy: policy.map(PolicyNumber),
        recorded_at: recorded_at.map(RecordingTime),
    })
}

/// What the events of one entry say about one subject: for each its number, kind
/// and date as written. Appended in the order of the events.
pub(super) fn push_subject_event(row: &mut Vec<u8>, ordinal: u16, kind: Kind, date: Option<&WorldDate>) {
    let date = date.map_or("", WorldDate::as_str);
    encode_varint(u64::from(ordinal), row);
    encode_varint(u64::from(kind.row().number), row);
    encode_varint(date.len() as u64, row);
    row.extend_from_slice(date.as_bytes());
}

/// One event of a subject row.
pub(super) struct SubjectEvent {
    pub(super) ordinal: u16,
    pub(super) kind: Kind,
    pub(super) date: Option<WorldDate>,
}

/// The events of a subject row.
pub(super) fn read_subject_events(mut row: &[u8]) -> Result<Vec<SubjectEvent>, Unreadable> {
    let mut events = Vec::with_capacity(1);
    while !row.is_empty() {
        events.push(read_subject_event(&mut row).ok_or(Unreadable)?);
    }
    Ok(events)
}

fn read_subject_event(row: &mut &[u8]) -> Option<SubjectEvent> {
    let ordinal = u16::try_from(decode_varint(row).ok()?).ok()?;
    let kind = Kind::from_number(u32::try_from(decode_varint(row).ok()?).ok()?)?;
    let length = usize::try_from(decode_varint(row).ok()?).ok()?;
    let (date, rest) = row.split_at_checked(length)?;
    *row = rest;
    let date = std::str::from_utf8(date).ok()?;
    let date = if date.is_empty() { None } else { Some(date.parse().ok()?) };
    Some(SubjectEvent { ordinal, kind, date })
}

/// One number of a row.
pub(super) fn push_number(row: &mut Vec<u8>, number: u64) {
    encode_varint(number, row);
}

/// All numbers of a row.
pub(super) fn read_numbers(mut row: &[u8]) -> Result<Vec<u64>, Unreadable> {
    let mut numbers = Vec::new();
    while !row.is_empty() {
        numbers.push(decode_varint(&mut row).map_err(|_| Unreadable)?);
    }
    Ok(numbers)
}

/// The number that a row begins with.
pub(super) fn read_number(mut row: &[u8]) -> Result<u64, Unreadable> {
    decode_varint(&mut row).map_err(|_| Unreadable)
}

/// The row of a charter: what every answer says of it.
pub(super) fn charter_row(charter: &Charter) -> Vec<u8> {
    let mut row = Vec::with_capacity(2);
    encode_varint(u64::from(charter.policy.0), &mut row);
    encode_varint(u64::from(charter.profile.number().unsigned_abs()), &mut row);
    row
}

/// Policy and profile of a charter's row.
pub(super) fn read_charter(mut row: &[u8]) -> Result<(PolicyNumber, CharterProfile), Unreadable> {
    let mut number = || u32::try_from(decode_varint(&mut row).map_err(|_| Unreadable)?).map_err(|_| Unreadable);
    let (policy, profile) = (PolicyNumber(number()?), number()?);
    let profile = i32::try_from(profile).ok().and_then(CharterProfile::from_number).ok_or(Unreadable)?;
    Ok((policy, profile))
}

/// The row of an entry: its recording time.
pub(super) fn entry_row(recorded_at: RecordingTime) -> Vec<u8> {
    let mut row = Vec::with_capacity(9);
    encode_varint(recorded_at.0, &mut row);
    row
}

#[derive(Clone, PartialEq, Message)]
struct OrganisationRow {
    #[prost(string, tag = "1")]
    name: String,
    #[prost(int32, tag = "2")]
    organisation_type: i32,
    #[prost(string, tag = "3")]
    country: String,
    #[prost(bool, tag = "4")]
    founder: bool,
    #[prost(uint64, tag = "5")]
    index: u64,
    #[prost(uint32, tag = "6")]
    ordinal: u32,
    /// Suspended; or succeeded, when there is a successor.
    #[prost(bool, tag = "7")]
    suspended: bool,
    #[prost(string, tag = "8")]
    successor: String,
    #[prost(string, repeated, tag = "9")]
    verifiers: Vec<String>,
}

/// The row of an organisation; its members and mandates have rows of their own.
pub(super) fn organisation_row(organisation: &OrganisationState) -> Vec<u8> {
    let OrganisationState { id: _, name, organisation_type, country, founder, admitted, .. } = organisation;
    let OrganisationState { standing, verifiers, members: _, mandates: _, .. } = organisation;
    let successor = match standing {
        OrganisationStanding::Succeeded { by } => by.to_string(),
        OrganisationStanding::Active | OrganisationStanding::Suspended => String::new(),
    };
    OrganisationRow {
        name: name.to_string(),
        organisation_type: organisation_type.number(),
        country: country.to_string(),
        founder: *founder,
        index: admitted.index.0,
        ordinal: u32::from(admitted.ordinal),
        suspended: *standing == OrganisationStanding::Suspended,
        successor,
        verifiers: verifiers.iter().map(OrganisationId::to_string).collect(),
    }
    .encode_to_vec()
}

/// The organisation of a row, without members and mandates.
pub(super) fn read_organisation(id: OrganisationId, value: &[u8]) -> Result<OrganisationState, Unreadable> {
    let row = OrganisationRow::decode(value).map_err(|_| Unreadable)?;
    let OrganisationRow { name, organisation_type, country, founder, index, ordinal, suspended, successor, verifiers } =
        row;
    let standing = match successor.as_str() {
        "" if suspended => OrganisationStanding::Suspended,
        "" => OrganisationStanding::Active,
        by => OrganisationStanding::Succeeded { by: by.parse().map_err(|_| Unreadable)? },
    };
    let verifiers = verifiers.iter().map(|id| id.parse().map_err(|_| Unreadable)).collect::<Result<_, _>>()?;
    Ok(OrganisationState {
        id,
        name: name.into(),
        organisation_type: OrganisationType::from_number(organisation_type).ok_or(Unreadable)?,
        country: country.parse().map_err(|_| Unreadable)?,
        founder,
        admitted: position(index, ordinal)?,
        standing,
        verifiers,
        members: Vec::new(),
        mandates: Vec::new(),
    })
}

#[derive(Clone, PartialEq, Message)]
struct MemberRow {
    #[prost(string, tag = "1")]
    post: String,
    #[prost(int32, repeated, tag = "2")]
    roles: Vec<i32>,
    #[prost(uint64, tag = "3")]
    index: u64,
    #[prost(uint32, tag = "4")]
    ordinal: u32,
    #[prost(message, repeated, tag = "5")]
    keys: Vec<KeyRow>,
}

#[derive(Clone, PartialEq, Message)]
struct KeyRow {
    #[prost(bytes = "vec", tag = "1")]
    key: Vec<u8>,
    #[prost(uint64, tag = "2")]
    index: u64,
    #[prost(uint32, tag = "3")]
    ordinal: u32,
    #[prost(message, optional, tag = "4")]
    ended: Option<KeyEndRow>,
}

#[derive(Clone, PartialEq, Message)]
struct KeyEndRow {
    /// Absent: retired.
    #[prost(uint64, optional, tag = "1")]
    compromised_since: Option<u64>,
    #[prost(uint64, tag = "2")]
    index: u64,
    #[prost(uint32, tag = "3")]
    ordinal: u32,
    #[prost(uint64, tag = "4")]
    recorded_at: u64,
}

/// The row of a post with its keys.
pub(super) fn member_row(member: &MemberState) -> Vec<u8> {
    let MemberState { id: _, post, roles, enrolled, keys } = member;
    MemberRow {
        post: post.to_string(),
        roles: roles.iter().map(|role| role.number()).collect(),
        index: enrolled.index.0,
        ordinal: u32::from(enrolled.ordinal),
        keys: keys.iter().map(key_row).collect(),
    }
    .encode_to_vec()
}

fn key_row(key: &KeyState) -> KeyRow {
    let KeyState { key, enrolled, ended } = key;
    KeyRow {
        key: key.as_bytes().to_vec(),
        index: enrolled.index.0,
        ordinal: u32::from(enrolled.ordinal),
        ended: ended.map(|ended| {
            let KeyEndState { ending, position, recorded_at } = ended;
            KeyEndRow {
                compromised_since: match ending {
                    KeyEnding::Retired => None,
                    KeyEnding::Compromised { since } => Some(since.0),
                },
                index: position.index.0,
                ordinal: u32::from(position.ordinal),
                recorded_at: recorded_at.0,
            }
        }),
    }
}

/// The post of a row.
pub(super) fn read_member(id: MemberId, value: &[u8]) -> Result<MemberState, Unreadable> {
    let MemberRow { post, roles, index, ordinal, keys } = MemberRow::decode(value).map_err(|_| Unreadable)?;
    Ok(MemberState {
        id,
        post: post.into(),
        roles: roles.into_iter().map(|role| Role::from_number(role).ok_or(Unreadable)).collect::<Result<_, _>>()?,
        enrolled: position(index, ordinal)?,
        keys: keys.into_iter().map(read_key).collect::<Result<_, _>>()?,
    })
}

fn read_key(row: KeyRow) -> Result<KeyState, Unreadable> {
    let KeyRow { key, index, ordinal, ended } = row;
    let key: [u8; 32] = key.try_into().map_err(|_| Unreadable)?;
    let read_end = |row: KeyEndRow| {
        let KeyEndRow { compromised_since, index, ordinal, recorded_at } = row;
        let ending = match compromised_since {
            None => KeyEnding::Retired,
            Some(since) => KeyEnding::Compromised { since: RecordingTime(since) },
        };
        Ok(KeyEndState { ending, position: position(index, ordinal)?, recorded_at: RecordingTime(recorded_at) })
    };
    Ok(KeyState {
        key: PublicKey::from_bytes(&key).map_err(|_| Unreadable)?,
        enrolled: position(index, ordinal)?,
        ended: ended.map(read_end).transpose()?,
    })
}

#[derive(Clone, PartialEq, Message)]
struct KeyOwnerRow {
    #[prost(string, tag = "1")]
    organisation: String,
    #[prost(string, tag = "2")]
    member: String,
}

/// The row that says whose key it is.
pub(super) fn key_owner_row(organisation: &OrganisationId, member: &MemberId) -> Vec<u8> {
    KeyOwnerRow { organisation: organisation.to_string(), member: member.to_string() }.encode_to_vec()
}

/// Whose key it is.
pub(super) fn read_key_owner(value: &[u8]) -> Result<(OrganisationId, MemberId), Unreadable> {
    let KeyOwnerRow { organisation, member } = KeyOwnerRow::decode(value).map_err(|_| Unreadable)?;
    Ok((organisation.parse().map_err(|_| Unreadable)?, member.parse().map_err(|_| Unreadable)?))
}

#[derive(Clone, PartialEq, Message)]
struct MandateRow {
    #[prost(int32, tag = "1")]
    mandate_type: i32,
    /// `*` alone: all.
    #[prost(string, repeated, tag = "2")]
    treaties: Vec<String>,
    /// `*` alone: all.
    #[prost(string, repeated, tag = "3")]
    countries: Vec<String>,
    #[prost(string, tag = "4")]
    since: String,
    #[prost(string, tag = "5")]
    until: String,
    #[prost(string, tag = "6")]
    basis: String,
}

/// The row of a mandate.
pub(super) fn mandate_row(mandate: &Mandate) -> Vec<u8> {
    let Mandate { mandate_type, treaties, countries, since, until, basis } = mandate;
    let date = |date: &Option<CivilDate>| date.map_or_else(String::new, |date| date.to_string());
    MandateRow {
        mandate_type: mandate_type.number(),
        treaties: scope_row(treaties),
        countries: scope_row(countries),
        since: date(since),
        until: date(until),
        basis: basis.to_string(),
    }
    .encode_to_vec()
}

/// The mandate of a row.
pub(super) fn read_mandate(granted: Position, value: &[u8]) -> Result<MandateState, Unreadable> {
    let MandateRow { mandate_type, treaties, countries, since, until, basis } =
        MandateRow::decode(value).map_err(|_| Unreadable)?;
    let date = |text: String| match text.as_str() {
        "" => Ok(None),
        text => text.parse().map(Some).map_err(|_| Unreadable),
    };
    let mandate = Mandate {
        mandate_type: MandateType::from_number(mandate_type).ok_or(Unreadable)?,
        treaties: read_scope(&treaties)?,
        countries: read_scope(&countries)?,
        since: date(since)?,
        until: date(until)?,
        basis: basis.into(),
    };
    Ok(MandateState { mandate, granted })
}

fn scope_row<T: ToString>(scope: &Scope<T>) -> Vec<String> {
    match scope {
        Scope::All => vec!["*".to_owned()],
        Scope::Listed(items) => items.iter().map(T::to_string).collect(),
    }
}

fn read_scope<T: std::str::FromStr>(row: &[String]) -> Result<Scope<T>, Unreadable> {
    if row == ["*"] {
        return Ok(Scope::All);
    }
    let items = row.iter().map(|item| item.parse().map_err(|_| Unreadable));
    Ok(Scope::Listed(items.collect::<Result<_, _>>()?))
}

#[derive(Clone, PartialEq, Message)]
struct FindingRow {
    #[prost(int32, tag = "1")]
    code: i32,
    #[prost(string, tag = "2")]
    field: String,
    #[prost(string, tag = "3")]
    message: String,
}

/// The row of a finding.
pub(super) fn finding_row(finding: &Finding) -> Vec<u8> {
    let Finding { code, ordinal: _, field, message } = finding;
    FindingRow { code: code.number(), field: field.to_string(), message: message.to_string() }.encode_to_vec()
}

/// The finding of a row.
pub(super) fn read_finding(ordinal: u16, value: &[u8]) -> Result<Finding, Unreadable> {
    let FindingRow { code, field, message } = FindingRow::decode(value).map_err(|_| Unreadable)?;
    let code = FindingCode::from_number(code).ok_or(Unreadable)?;
    Ok(Finding { code, ordinal, field: field.into(), message: message.into() })
}

fn position(index: u64, ordinal: u32) -> Result<Position, Unreadable> {
    Ok(Position { index: Index(index), ordinal: u16::try_from(ordinal).map_err(|_| Unreadable)? })
}
