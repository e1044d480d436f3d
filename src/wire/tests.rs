//! Statements about the form: round trips, every rule broken once, damaged bytes.

use proptest::prelude::*;
use prost::{Message, bytes::Bytes};

use super::{
    Malformed, MalformedRule as Rule, Submitted, encode_event, from_json, parse_draft, parse_submitted,
    proto::{self, event::Body, part_content::Content},
    read_entry, read_events_at, testing, to_json,
};
use crate::{
    crypto::{PayloadType, SigningKey, sha256},
    domain::{EnvelopeContent, Index, RecordingTime},
    journal::{Record, StoredRecord},
    limits,
};

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn what_is_encoded_parses_back_and_encodes_to_the_same_bytes(sample in testing::sample()) {
        let parsed = parse_submitted(sample.envelope.clone(), sample.events.clone()).expect("well formed");
        prop_assert_eq!(&parsed.envelope.content, &sample.content);
        prop_assert_eq!(parsed.envelope.digest.0, sha256(&sample.envelope));
        if let EnvelopeContent::Submission(submitted) = &parsed.envelope.content {
            let again: Vec<Vec<u8>> = submitted.events.iter().map(encode_event).collect();
            prop_assert_eq!(again, sample.events.clone());
            let signed = &parsed.signed[0];
            prop_assert_eq!(signed.payload, PayloadType::Submission);
            prop_assert_eq!(super::encode_submission(&submitted.submission), signed.bytes.to_vec());
        }
        let record = Record { recorded_at: RecordingTime(5), envelope: sample.envelope, events: sample.events };
        let entry = read_entry(&StoredRecord { index: Index(3), record, checkpoint: None }).expect("well formed");
        prop_assert_eq!((entry.envelope, entry.index), (parsed.envelope, Index(3)));
    }

    #[test]
    fn single_events_are_those_of_the_whole_entry(sample in testing::sample(), mask in any::<u64>()) {
        let record = Record { recorded_at: RecordingTime(5), envelope: sample.envelope, events: sample.events };
        let stored = StoredRecord { index: Index(3), record, checkpoint: None };
        let wanted = |ordinal: &u16| mask >> (ordinal % 64) & 1 == 1;
        let ordinals = (0..=u16::try_from(stored.record.events.len()).expect("few")).filter(wanted).collect();
        let read = read_events_at(&stored, &ordinals).expect("reads");
        match read_entry(&stored).expect("well formed").envelope.content {
            EnvelopeContent::SignOffs { .. } => prop_assert_eq!(read, None),
            EnvelopeContent::Submission(whole) => {
                let found = read.expect("a submission");
                prop_assert_eq!(&found.author, &whole.submission.author);
                let asked = (0..).zip(whole.events).filter(|(ordinal, _)| wanted(ordinal));
                prop_assert_eq!(found.events, asked.collect::<Vec<_>>());
            }
        }
    }

    #[test]
    fn json_carries_an_event_there_and_back(event in testing::event()) {
        let bytes = encode_event(&event);
        let json = to_json("Event", &bytes).expect("decodes");
        prop_assert_eq!(from_json("Event", &json).expect("reads"), bytes);
    }

    #[test]
    fn a_damaged_event_is_refused_or_is_canonical_itself(
        event in testing::event(),
        at in any::<prop::sample::Index>(),
        damage in 0..4,
        byte in any::<u8>(),
    ) {
        let mut bytes = encode_event(&event);
        let at = at.index(bytes.len());
        match damage {
            0 => bytes[at] ^= byte | 1,
            1 => bytes.truncate(at),
            2 => bytes.insert(at, byte),
            _ => { bytes.remove(at); }
        }
        if let Ok(submitted) = submit_bytes(vec![bytes.clone().into()]) {
            let EnvelopeContent::Submission(parsed) = submitted.envelope.content else { panic!("a submission") };
            prop_assert_eq!(encode_event(&parsed.events[0]), bytes);
        }
    }

    #[test]
    fn a_damaged_envelope_never_panics(sample in testing::sample(), at in any::<prop::sample::Index>(), byte in 1..=255_u8) {
        let mut bytes = sample.envelope.to_vec();
        let at = at.index(bytes.len());
        bytes[at] ^= byte;
        let flipped = parse_submitted(bytes.clone().into(), sample.events.clone());
        prop_assert_ne!(flipped.ok().map(|parsed| parsed.envelope.digest.0), Some(sha256(&sample.envelope)));
        bytes.truncate(at);
        let _ = parse_draft(bytes.into(), sample.events);
    }

    #[test]
    fn random_bytes_never_panic(envelope in any::<Vec<u8>>(), event in any::<Vec<u8>>()) {
        let _ = parse_submitted(envelope.clone().into(), vec![event.clone().into()]);
        let _ = to_json("Event", &event);
        prop_assert!(submit_bytes(vec![event.into()]).is_err());
    }
}

/// A record that is opened: the event that the cases below spoil.
fn event() -> proto::Event {
    proto::Event {
        id: "01890a5d-ac96-774b-bcce-b302099a8057".into(),
        nonce: vec![1; 16].into(),
        subject: "record/XX-D3-0007".into(),
        source: Some(proto::Source { class: proto::SourceClass::OwnAct.into(), ..Default::default() }),
        body: Some(Body::RecordOpened(proto::RecordOpened {
            country: "XX".into(),
            kind: proto::AreaKind::Minefield.into(),
            classification: proto::Classification::Confirmed.into(),
            ..Default::default()
        })),
        ..Default::default()
    }
}

fn header(events: &[Bytes]) -> proto::Submission {
    proto::Submission {
        ledger_id: vec![2; 32].into(),
        id: "01890a5d-ac96-774b-bcce-b302099a8058".into(),
        organisation: "xx-unit".into(),
        member: "recorder-1".into(),
        key_id: vec![3; 32].into(),
        signed_at: 1,
        event_digests: events.iter().map(|event| sha256(event).to_vec().into()).collect(),
        ..Default::default()
    }
}

fn envelope(submission: proto::Submission) -> proto::Envelope {
    proto::Envelope {
        submission: submission.encode_to_vec().into(),
        signature: vec![4; 64].into(),
        sign_offs: Vec::new(),
    }
}

fn send(envelope: proto::Envelope, events: Vec<Bytes>) -> Result<Submitted, Malformed> {
    parse_submitted(envelope.encode_to_vec().into(), events)
}

fn submit_bytes(events: Vec<Bytes>) -> Result<Submitted, Malformed> {
    send(envelope(header(&events)), events)
}

fn submit(event: &proto::Event) -> Result<Submitted, Malformed> {
    submit_bytes(vec![event.encode_to_vec().into()])
}

fn spoilt(spoil: impl FnOnce(&mut proto::Event)) -> Result<Submitted, Malformed> {
    let mut event = event();
    spoil(&mut event);
    submit(&event)
}

fn with_header(spoil: impl FnOnce(&mut proto::Submission)) -> Result<Submitted, Malformed> {
    let events = vec![Bytes::from(event().encode_to_vec())];
    let mut header = header(&events);
    spoil(&mut header);
    send(envelope(header), events)
}

/// The event with bytes behind it, which break its form.
fn followed_by(bytes: &[u8]) -> Result<Submitted, Malformed> {
    submit_bytes(vec![[&event().encode_to_vec()[..], bytes].concat().into()])
}

fn with_body(subject: &str, body: Body) -> Result<Submitted, Malformed> {
    spoilt(|event| {
        event.subject = subject.into();
        event.body = Some(body);
    })
}

fn remarks(slot: u32) -> proto::Part {
    let content = Content::Remarks(proto::Remarks { text: "seen from the road".into(), language: "en".into() });
    proto::Part {
        slot,
        kind: proto::PartKind::Remarks.into(),
        form: proto::PartForm::Open.into(),
        content: Some(proto::PartContent { content: Some(content) }),
        ..Default::default()
    }
}

fn sign_off(key: u8) -> proto::SignOff {
    proto::SignOff {
        ledger_id: vec![2; 32].into(),
        submission_digest: vec![5; 32].into(),
        organisation: "xx-unit".into(),
        member: "verifier-1".into(),
        key_id: vec![key; 32].into(),
        capacity: proto::Capacity::Verifier.into(),
        verdict: proto::Verdict::Approve.into(),
        ..Default::default()
    }
}

fn later(sign_offs: &[proto::SignOff]) -> proto::Envelope {
    let signed = |sign_off: &proto::SignOff| proto::SignedSignOff {
        statement: sign_off.encode_to_vec().into(),
        signature: vec![6; 64].into(),
    };
    proto::Envelope { sign_offs: sign_offs.iter().map(signed).collect(), ..Default::default() }
}

fn founding() -> proto::Event {
    let spki = SigningKey::from_seed(&[7; 32]).public().to_spki();
    let founder = proto::Founder {
        organisation: "operator".into(),
        organisation_name: "Operator".into(),
        r#type: proto::OrganisationType::Operator.into(),
        country: "XX".into(),
        member: "registrar".into(),
        post: "Registrar".into(),
        roles: vec![proto::Role::Administrator.into()],
        public_key: spki.clone().into(),
    };
    let charter = proto::Charter {
        profile: proto::CharterProfile::Solo.into(),
        policy: 1,
        operator: "operator".into(),
        admission_threshold: 1,
        charter_threshold: 1,
        enrolment_threshold: 1,
        authority_fallback: proto::AuthorityFallback::Held.into(),
        ..Default::default()
    };
    let founded = proto::LedgerFounded {
        entropy: vec![8; 32].into(),
        origin: "ledger.example.org/2026".into(),
        checkpoint_key: spki.into(),
        founders: vec![founder],
        charter: Some(charter),
    };
    proto::Event { subject: "ledger".into(), source: None, body: Some(Body::LedgerFounded(founded)), ..event() }
}

fn found(spoil: impl FnOnce(&mut proto::Event)) -> Result<Submitted, Malformed> {
    let mut event = founding();
    spoil(&mut event);
    let events = vec![Bytes::from(event.encode_to_vec())];
    send(envelope(proto::Submission { ledger_id: Bytes::new(), ..header(&events) }), events)
}

/// Breaks one rule, and nothing before it; with the path that must be named.
fn broken(rule: Rule) -> Broken {
    let areas = [broken_encoding, broken_text_or_list, broken_field, broken_envelope, broken_event];
    areas.iter().find_map(|area| area(rule)).expect("every rule has a case")
}

/// The path that must be named, and what parsing said.
type Broken = (&'static str, Result<Submitted, Malformed>);

fn broken_encoding(rule: Rule) -> Option<Broken> {
    Some(match rule {
        Rule::SizeMustBeWithinLimit => ("events[0]", submit_bytes(vec![vec![0; limits::EVENT_BYTES + 1].into()])),
        Rule::MessageMustDecode => ("events[0].record_opened", cut_short()),
        Rule::FieldMustBeKnown => ("events[0]", followed_by(&[0xf8, 0x7f, 1])),
        Rule::EnumNumberMustBeKnown => {
            ("events[0].source.class", spoilt(|event| event.source.get_or_insert_default().class = 99))
        }
        Rule::OutlineMustBeSimple => ("events[0].parts[0].content.danger_area.polygon.ring", bow_tie()),
        Rule::NumberMustBeInRange => ("events[0].parts[0].content.danger_area.circle.centre.latitude", far_north()),
        Rule::FieldMustBeCanonical => ("events[0].act", followed_by(&[0x2a, 1, b'A'])),
        Rule::TextMustBeUtf8 => ("envelope.submission.id", not_utf8()),
        _ => return None,
    })
}

fn broken_text_or_list(rule: Rule) -> Option<Broken> {
    Some(match rule {
        Rule::TextMustBeNormalised => ("events[0].act", spoilt(|event| event.act = "e\u{301}".into())),
        Rule::TextMustBePrintable => ("events[0].act", spoilt(|event| event.act = "a\nb".into())),
        Rule::TextMustBeWithinLimit => ("events[0].act", spoilt(|event| event.act = "a".repeat(129))),
        Rule::TextMustHaveItsForm => (
            "events[0].documents[0].media_type",
            spoilt(|event| {
                let document =
                    proto::Document { sha256: vec![1; 32].into(), media_type: "pdf".into(), ..Default::default() };
                event.documents = vec![document];
            }),
        ),
        Rule::ListMustBeWithinLimit => (
            "events[0].based_on",
            spoilt(|event| event.based_on = vec!["01890a5d-ac96-774b-bcce-b302099a8000".into(); limits::BASED_ON + 1]),
        ),
        Rule::ListMustAscend => (
            "events[0].member_enrolled.roles[1]",
            with_body(
                "organisation/xx-unit",
                Body::MemberEnrolled(proto::MemberEnrolled { member: "a".into(), post: "A".into(), roles: vec![2, 1] }),
            ),
        ),
        Rule::ListMustNotRepeat => (
            "events[0].based_on[1]",
            spoilt(|event| event.based_on = vec!["01890a5d-ac96-774b-bcce-b302099a8000".into(); 2]),
        ),
        _ => return None,
    })
}

fn broken_field(rule: Rule) -> Option<Broken> {
    Some(match rule {
        Rule::BytesMustHaveTheirLength => ("events[0].nonce", spoilt(|event| event.nonce = vec![1; 15].into())),
        Rule::FieldMustHaveValue => ("events[0].body", spoilt(|event| event.body = None)),
        Rule::FieldMustBeAbsent => (
            "events[0].parts[0].commitment",
            spoilt(|event| event.parts = vec![proto::Part { commitment: vec![1; 32].into(), ..remarks(1) }]),
        ),
        Rule::IdentifierMustBeValid => ("events[0].subject", spoilt(|event| event.subject = "field/1".into())),
        Rule::DateMustBeValid => ("events[0].occurred", spoilt(|event| event.occurred = "2025-02-29".into())),
        Rule::PublicKeyMustBeValid => (
            "events[0].key_enrolled.public_key",
            with_body(
                "organisation/xx-unit",
                Body::KeyEnrolled(proto::KeyEnrolled {
                    member: "a".into(),
                    public_key: vec![1; 44].into(),
                    ..Default::default()
                }),
            ),
        ),
        _ => return None,
    })
}

fn broken_envelope(rule: Rule) -> Option<Broken> {
    Some(match rule {
        Rule::EnvelopeMustHoldSomething => ("envelope", send(proto::Envelope::default(), vec![])),
        Rule::SubmissionMustBeSigned => ("envelope.signature", unsigned(parse_submitted)),
        Rule::SubmissionMustHaveEvents => ("envelope.submission.event_digests", submit_bytes(vec![])),
        Rule::EventsMustMatchDigests => {
            ("events[0]", with_header(|header| header.event_digests = vec![vec![0; 32].into()]))
        }
        Rule::EventIdsMustDiffer => {
            let other = proto::Event { nonce: vec![2; 16].into(), ..event() };
            let events = [event(), other].map(|event| Bytes::from(event.encode_to_vec()));
            ("events[1].id", submit_bytes(events.to_vec()))
        }
        Rule::FoundingMustStandAlone => {
            ("envelope.submission.ledger_id", with_header(|header| header.ledger_id = Bytes::new()))
        }
        Rule::FoundingMustBeOpen => ("events[0].parts[0].form", found(|event| event.parts = vec![sealed(1)])),
        Rule::SignOffsMustAscend => ("envelope.sign_offs[1]", send(later(&[sign_off(2), sign_off(1)]), vec![])),
        Rule::SignOffsMustShareSubmission => {
            let other = proto::SignOff { submission_digest: vec![6; 32].into(), ..sign_off(2) };
            ("envelope.sign_offs[1].statement.submission_digest", send(later(&[sign_off(1), other]), vec![]))
        }
        Rule::DeclineMustHaveReason => {
            let decline = proto::SignOff { verdict: proto::Verdict::Decline.into(), ..sign_off(1) };
            ("envelope.sign_offs[0].statement.reason", send(later(&[decline]), vec![]))
        }
        _ => return None,
    })
}

fn broken_event(rule: Rule) -> Option<Broken> {
    Some(match rule {
        Rule::SubjectMustFitKind => ("events[0].subject", spoilt(|event| event.subject = "participant/POL".into())),
        Rule::PartMustFitKind => ("events[0].parts[0].kind", found(|event| event.parts = vec![names(1)])),
        Rule::SlotsMustAscend => {
            ("events[0].parts[1].slot", spoilt(|event| event.parts = vec![remarks(2), remarks(2)]))
        }
        Rule::ContentMustFitPart => (
            "events[0].parts[0].content",
            spoilt(|event| event.parts = vec![proto::Part { kind: proto::PartKind::Names.into(), ..remarks(1) }]),
        ),
        Rule::SourceMustBeGiven => ("events[0].source", spoilt(|event| event.source = None)),
        Rule::MandatoryFieldMustBeStated => (
            "events[0].record_opened.country",
            with_body(
                "record/XX-D3-0007",
                Body::RecordOpened(proto::RecordOpened { kind: 1, classification: 1, ..Default::default() }),
            ),
        ),
        Rule::NotStatedMustBeMandatory => {
            ("events[0].not_stated[0].field", spoilt(|event| event.not_stated = vec![unknown("place")]))
        }
        _ => return None,
    })
}

fn unknown(field: &str) -> proto::NotStated {
    proto::NotStated { field: field.into(), reason: proto::NotStatedReason::Unknown.into() }
}

fn sealed(slot: u32) -> proto::Part {
    let form = proto::PartForm::Sealed.into();
    proto::Part { form, commitment: vec![1; 32].into(), content: None, ..remarks(slot) }
}

fn names(slot: u32) -> proto::Part {
    let content = Content::Names(proto::Names { names: vec!["A".into()] });
    let kind = proto::PartKind::Names.into();
    proto::Part { kind, content: Some(proto::PartContent { content: Some(content) }), ..remarks(slot) }
}

fn cut_short() -> Result<Submitted, Malformed> {
    let mut bytes = event().encode_to_vec();
    bytes.truncate(bytes.len() - 1);
    submit_bytes(vec![bytes.into()])
}

fn far_north() -> Result<Submitted, Malformed> {
    let centre = Some(proto::Position { latitude: 900_000_001, longitude: 0 });
    let outline = Some(proto::danger_area::Outline::Circle(proto::Circle { centre, radius_m: 1 }));
    let content = Content::DangerArea(proto::DangerArea { outline });
    spoilt(|event| {
        event.parts = vec![proto::Part {
            kind: proto::PartKind::DangerArea.into(),
            content: Some(proto::PartContent { content: Some(content) }),
            ..remarks(1)
        }];
    })
}

fn bow_tie() -> Result<Submitted, Malformed> {
    let corner = |latitude, longitude| proto::Position { latitude, longitude };
    let ring = vec![corner(0, 0), corner(9, 9), corner(9, 0), corner(0, 9)];
    let outline = Some(proto::danger_area::Outline::Polygon(proto::Polygon { ring }));
    let content = Content::DangerArea(proto::DangerArea { outline });
    spoilt(|event| {
        event.parts = vec![proto::Part {
            kind: proto::PartKind::DangerArea.into(),
            content: Some(proto::PartContent { content: Some(content) }),
            ..remarks(1)
        }];
    })
}

fn not_utf8() -> Result<Submitted, Malformed> {
    let events = vec![Bytes::from(event().encode_to_vec())];
    let mut submission = header(&events).encode_to_vec();
    let id = submission.windows(4).position(|bytes| bytes == b"0189").expect("the id is there");
    submission[id] = 0xff;
    send(proto::Envelope { submission: submission.into(), ..envelope(header(&events)) }, events)
}

fn unsigned(parse: fn(Bytes, Vec<Bytes>) -> Result<Submitted, Malformed>) -> Result<Submitted, Malformed> {
    let events = vec![Bytes::from(event().encode_to_vec())];
    let envelope = proto::Envelope { signature: Bytes::new(), ..envelope(header(&events)) };
    parse(envelope.encode_to_vec().into(), events)
}

#[test]
fn every_rule_is_broken_once_and_names_its_field() {
    for rule in Rule::ALL {
        let (field, result) = broken(*rule);
        let error = result.expect_err(rule.code());
        assert_eq!((error.rule, error.field.as_str()), (*rule, field), "{}", error.message);
        assert!(!error.message.is_empty() && !error.message.ends_with('.'), "{}", error.message);
    }
}

#[test]
fn what_the_cases_spoil_is_well_formed_before() {
    submit(&event()).expect("an event");
    submit(&proto::Event { parts: vec![remarks(1), names(2), sealed(4)], ..event() }).expect("an event with parts");
    found(|_| ()).expect("a founding");
    send(later(&[sign_off(1), sign_off(2)]), vec![]).expect("later sign-offs");
}

#[test]
fn a_draft_may_lack_its_signature_and_is_readable() {
    let draft = unsigned(parse_draft).expect("a draft");
    assert!(draft.signed.is_empty());
    assert!(draft.readable().contains("record/XX-D3-0007"));
    let later = send(later(&[sign_off(1)]), vec![]).expect("later sign-offs");
    assert!(later.readable().contains("VERDICT_APPROVE"));
}

#[test]
fn a_wrong_encoding_names_the_path_and_what_to_do() {
    let inner = |bytes: &[u8]| {
        let mut body = vec![0x82, 0x08, bytes.len() as u8];
        body.extend_from_slice(bytes);
        let head = proto::Event { body: None, ..event() }.encode_to_vec();
        submit_bytes(vec![[head, body].concat().into()]).expect_err("not canonical")
    };
    let cases: &[(&[u8], Rule, &str, &str)] = &[
        (&[0x10, 1, 0x0a, 2, b'X', b'X'], Rule::FieldMustBeCanonical, "record_opened.country", "ascending"),
        (&[0x10, 1, 0x10, 1], Rule::FieldMustBeCanonical, "record_opened.kind", "once"),
        (&[0x10, 0x81, 0], Rule::FieldMustBeCanonical, "record_opened.kind", "shortest"),
        (&[0x10, 0], Rule::FieldMustBeCanonical, "record_opened.kind", "default"),
        (&[0x0a, 0], Rule::FieldMustBeCanonical, "record_opened.country", "default"),
        (&[0x10, 0x80, 1], Rule::EnumNumberMustBeKnown, "record_opened.kind", "128"),
        (&[0x78, 1], Rule::FieldMustBeKnown, "record_opened", "15"),
        (&[0x11, 0, 0, 0, 0, 0, 0, 0, 0], Rule::MessageMustDecode, "record_opened.kind", "wire type"),
        (&[0x0b], Rule::MessageMustDecode, "record_opened", "tag"),
        (&[0x2a, 1, b'A', 0x2a, 1, 0xff], Rule::TextMustBeUtf8, "record_opened.regimes[1]", "UTF-8"),
        (&[0x2a, 9, b'A'], Rule::MessageMustDecode, "record_opened.regimes[0]", "end"),
        (
            &[0x10, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f],
            Rule::MessageMustDecode,
            "record_opened.kind",
            "64 bits",
        ),
    ];
    for (bytes, rule, field, says) in cases {
        let error = inner(bytes);
        assert_eq!((error.rule, error.field), (*rule, format!("events[0].{field}")), "{bytes:?}");
        assert!(error.message.contains(says), "{}", error.message);
    }
}

#[test]
fn unpacked_roles_and_a_second_body_are_not_canonical() {
    let head = proto::Event { subject: "organisation/a".into(), body: None, ..event() }.encode_to_vec();
    let unpacked = [&head[..], &[0xa2, 0x01, 4, 0x18, 1, 0x18, 2]].concat();
    let error = submit_bytes(vec![unpacked.into()]).expect_err("unpacked");
    assert_eq!((error.rule, &*error.field), (Rule::FieldMustBeCanonical, "events[0].member_enrolled.roles"));
    let error = submit_bytes(vec![[&head[..], &[0x8a, 0x01, 0, 0xa2, 0x01, 0]].concat().into()]).expect_err("two");
    assert_eq!((error.rule, &*error.field), (Rule::FieldMustBeCanonical, "events[0].member_enrolled"));
    assert!(error.message.contains("one field of body"), "{}", error.message);
}

#[test]
fn a_retired_key_has_no_grace_for_ever() {
    let with_grace = |days| {
        found(|event| {
            let Some(Body::LedgerFounded(founded)) = &mut event.body else { panic!("a founding") };
            founded.charter.as_mut().expect("a charter").late_work_grace_days = days;
        })
    };
    for days in [0, 1, limits::LATE_WORK_GRACE_DAYS] {
        with_grace(days).expect("within the limit");
    }
    for days in [limits::LATE_WORK_GRACE_DAYS + 1, u32::MAX] {
        let no = with_grace(days).expect_err("beyond it");
        let field = "events[0].ledger_founded.charter.late_work_grace_days";
        assert_eq!((no.rule, no.field.as_str()), (Rule::NumberMustBeInRange, field));
        assert!(no.message.contains(&limits::LATE_WORK_GRACE_DAYS.to_string()), "{}", no.message);
    }
}

#[test]
fn not_stated_and_a_value_exclude_each_other() {
    let error = spoilt(|event| event.not_stated = vec![unknown("country")]).expect_err("both");
    assert_eq!(error.rule, Rule::MandatoryFieldMustBeStated);
    let stated = spoilt(|event| {
        event.body = Some(Body::RecordOpened(proto::RecordOpened::default()));
        event.not_stated = ["classification", "country", "kind"].map(unknown).to_vec();
    });
    stated.expect("every mandatory field is stated");
}

#[test]
fn the_founding_is_never_one_of_several_nor_in_a_ledger() {
    let error = submit(&founding()).expect_err("a second founding");
    assert_eq!((error.rule, &*error.field), (Rule::FoundingMustStandAlone, "events[0]"));
    let events: Vec<Bytes> = [founding(), proto::Event { id: event().id.replace("57", "59"), ..event() }]
        .map(|event| event.encode_to_vec().into())
        .to_vec();
    let header = proto::Submission { ledger_id: Bytes::new(), ..header(&events) };
    let error = send(envelope(header), events).expect_err("two events");
    assert_eq!((error.rule, &*error.field), (Rule::FoundingMustStandAlone, "events"));
}

#[test]
fn later_sign_offs_travel_without_events_and_signature() {
    let events = vec![Bytes::from(event().encode_to_vec())];
    let error = send(later(&[sign_off(1)]), events).expect_err("events");
    assert_eq!((error.rule, &*error.field), (Rule::FieldMustBeAbsent, "events"));
    let signed = proto::Envelope { signature: vec![1; 64].into(), ..later(&[sign_off(1)]) };
    let error = send(signed, vec![]).expect_err("a signature");
    assert_eq!((error.rule, &*error.field), (Rule::FieldMustBeAbsent, "envelope.signature"));
    let foreign = proto::SignOff { ledger_id: vec![9; 32].into(), ..sign_off(2) };
    let error = send(later(&[sign_off(1), foreign]), vec![]).expect_err("two ledgers");
    assert_eq!(error.field, "envelope.sign_offs[1].statement.ledger_id");
}

#[test]
fn a_sign_off_in_the_envelope_is_on_its_submission() {
    let events = vec![Bytes::from(event().encode_to_vec())];
    let mut envelope = envelope(header(&events));
    let own = sha256(&envelope.submission).to_vec();
    envelope.sign_offs = later(&[proto::SignOff { submission_digest: own.into(), ..sign_off(1) }]).sign_offs;
    let parsed = send(envelope.clone(), events.clone()).expect("its own submission");
    assert_eq!(parsed.signed.iter().map(|signed| signed.key.0[0]).collect::<Vec<_>>(), [3, 1], "the author first");
    envelope.sign_offs = later(&[sign_off(1)]).sign_offs;
    let error = send(envelope, events).expect_err("another submission");
    assert_eq!(error.rule, Rule::SignOffsMustShareSubmission);
}
