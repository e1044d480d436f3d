//! Generators of well-formed domain values, for tests.

mod land;
mod notices;
mod registry;
mod treaty;

use proptest::{collection::vec, option, prelude::*, sample::select};
use prost::bytes::Bytes;
use uuid::Uuid;

use super::event;
use crate::{
    crypto::{KeyId, PublicKey, SigningKey, sha256},
    domain::*,
    wire::{
        SignedStatement, encode_envelope, encode_event, encode_later_sign_offs, encode_sign_off, encode_submission,
    },
};

use land::{danger_area, minefield_body, numbered, ordnance_item, parcel_id, reference_point, ring};
use registry::registry_body;
use treaty::treaty_body;

/// What `Submit` receives, with the domain values that it was made of.
#[derive(Clone, Debug)]
pub struct Sample {
    pub envelope: Bytes,
    pub events: Vec<Bytes>,
    pub content: EnvelopeContent,
}

fn text() -> impl Strategy<Value = Box<str>> {
    "[ -~äöüßéłš中ʻ]{1,24}".prop_map(String::into_boxed_str)
}

fn maybe_text() -> impl Strategy<Value = Box<str>> {
    prop_oneof![Just("".into()), text()]
}

fn lines() -> impl Strategy<Value = Box<str>> {
    "[ -~äöü]{1,20}(\n[ -~]{0,20}){0,2}".prop_map(String::into_boxed_str)
}

fn texts() -> impl Strategy<Value = Vec<Box<str>>> {
    vec(text(), 0..3)
}

fn language() -> impl Strategy<Value = Box<str>> {
    select(vec!["", "en", "pl", "pt-BR", "zh-Hant-TW"]).prop_map(Into::into)
}

fn id<T: std::str::FromStr<Err = InvalidIdentifier> + std::fmt::Debug>(
    pattern: &'static str,
) -> impl Strategy<Value = T> {
    pattern.prop_map(|text: String| text.parse().expect("the pattern is that of the identifier"))
}

fn organisation() -> impl Strategy<Value = OrganisationId> {
    id("[a-z0-9][a-z0-9-]{0,20}")
}

fn member() -> impl Strategy<Value = MemberId> {
    id("[a-z0-9][a-z0-9-]{0,20}")
}

fn treaty_id() -> impl Strategy<Value = TreatyId> {
    id("[a-zA-Z0-9][a-zA-Z0-9:._-]{0,20}")
}

fn participant() -> impl Strategy<Value = ParticipantId> {
    id("[A-Z0-9][A-Z0-9-]{0,5}")
}

fn country() -> impl Strategy<Value = CountryCode> {
    id("[A-Z]{2}")
}

fn uuid() -> impl Strategy<Value = Uuid> {
    any::<u128>().prop_map(|random| Uuid::from_u128((random & !(0xf << 76 | 3 << 62)) | 7 << 76 | 2 << 62))
}

fn public_key() -> impl Strategy<Value = PublicKey> {
    any::<[u8; 32]>().prop_map(|seed| SigningKey::from_seed(&seed).public().clone())
}

fn civil_date() -> impl Strategy<Value = CivilDate> {
    (1_i16..9999, 1_i8..=12, 1_i8..=28).prop_map(|(year, month, day)| CivilDate(jiff::civil::date(year, month, day)))
}

fn world_date() -> impl Strategy<Value = WorldDate> {
    let text = prop_oneof![
        civil_date().prop_map(|day| day.to_string()),
        civil_date().prop_map(|day| day.to_string()[..7].to_owned()),
        civil_date().prop_map(|day| day.to_string()[..4].to_owned()),
        civil_date().prop_map(|day| format!("../{day}")),
        civil_date().prop_map(|day| format!("{day}/..")),
    ];
    text.prop_map(|text| text.parse().expect("an EDTF date"))
}

fn any_of<T: Clone + std::fmt::Debug + 'static>(all: &'static [T]) -> impl Strategy<Value = T> {
    select(all)
}

fn roles() -> impl Strategy<Value = Vec<Role>> {
    proptest::sample::subsequence(Role::ALL, 1..=Role::ALL.len())
}

fn position() -> impl Strategy<Value = WgsPosition> {
    (-500_000_000..=-480_000_000, -1_250_000_000..=-1_220_000_000)
        .prop_map(|(latitude, longitude)| WgsPosition::new(latitude, longitude).expect("open ocean"))
}

fn reference() -> impl Strategy<Value = EventReference> {
    (organisation(), uuid()).prop_map(|(organisation, id)| EventReference { organisation, event: EventId(id) })
}

fn references() -> impl Strategy<Value = Vec<EventReference>> {
    vec(reference(), 0..3).prop_map(|mut references| {
        references.sort();
        references.dedup();
        references
    })
}

fn content(kind: PartKind) -> BoxedStrategy<PartContent> {
    match kind {
        PartKind::Remarks => {
            (lines(), language()).prop_map(|(text, language)| PartContent::Remarks { text, language }).boxed()
        }
        PartKind::Names => vec(text(), 1..3).prop_map(PartContent::Names).boxed(),
        PartKind::DangerArea => danger_area().prop_map(PartContent::DangerArea).boxed(),
        PartKind::Extent => (option::of(parcel_id()), vec(ring(), 1..3))
            .prop_map(|(parcel, polygons)| PartContent::Extent(Extent { parcel, polygons }))
            .boxed(),
        PartKind::ReferencePoints => vec(reference_point(), 1..4).prop_map(numbered).boxed(),
        PartKind::Ordnance => vec(ordnance_item(), 1..4).prop_map(PartContent::Ordnance).boxed(),
    }
}

fn holding(kind: PartKind) -> impl Strategy<Value = PartHolding> {
    let commitment = || any::<[u8; 32]>().prop_map(Commitment);
    let audience = proptest::sample::subsequence(vec!["auditor", "desk_officer", "lv-desk", "xx-authority"], 1..4);
    prop_oneof![
        3 => content(kind).prop_map(PartHolding::Open),
        1 => (commitment(), audience).prop_map(|(commitment, audience)| PartHolding::Restricted {
            commitment,
            audience: audience.into_iter().map(Into::into).collect(),
        }),
        1 => commitment().prop_map(|commitment| PartHolding::Sealed { commitment }),
        1 => (commitment(), lines(), civil_date())
            .prop_map(|(commitment, basis, review_on)| PartHolding::Withheld { commitment, basis, review_on }),
    ]
}

fn parts(row: &'static KindRow) -> impl Strategy<Value = Vec<Part>> {
    let open = matches!(row.kind, Kind::Registry(RegistryKind::LedgerFounded));
    let part = any_of(row.parts).prop_flat_map(move |kind| {
        let holding = if open { content(kind).prop_map(PartHolding::Open).boxed() } else { holding(kind).boxed() };
        (1_u32..5, holding).prop_map(move |(slot, content)| Part { slot, kind, content })
    });
    vec(part, 0..3).prop_map(|mut parts| {
        let mut above = 0;
        for part in &mut parts {
            above += part.slot;
            part.slot = above;
        }
        parts
    })
}

fn restatable() -> BoxedStrategy<Body> {
    let kinds: Vec<Kind> = KINDS.iter().map(|row| row.kind).collect();
    let restated = kinds.into_iter().filter(|kind| matches!(kind, Kind::Treaty(_) | Kind::Minefield(_)));
    select(restated.collect::<Vec<_>>()).prop_flat_map(body).boxed()
}

fn event_corrected() -> impl Strategy<Value = SharedBody> {
    let restated = (option::of(world_date()), restatable()).prop_map(|(occurred, body)| {
        let not_stated = not_stated(&body);
        Box::new(Restated { occurred, not_stated, body })
    });
    let reason = lines().prop_filter("a reason", |reason| !reason.is_empty());
    (reference(), reason, option::of(restated))
        .prop_map(|(target, reason, restated)| SharedBody::EventCorrected(EventCorrected { target, reason, restated }))
}

fn part_disclosed() -> impl Strategy<Value = SharedBody> {
    let opened = (any::<[u8; 32]>(), any_of(PartKind::ALL).prop_flat_map(content));
    let disclosed = proptest::collection::btree_map(1_u32..9, opened, 1..3).prop_map(|opened| {
        opened.into_iter().map(|(slot, (salt, content))| DisclosedPart { slot, salt, content }).collect()
    });
    (reference(), disclosed)
        .prop_map(|(target, disclosed)| SharedBody::PartDisclosed(PartDisclosed { target, disclosed }))
}

fn shared_body(kind: SharedKind) -> BoxedStrategy<SharedBody> {
    match kind {
        SharedKind::EventCorrected => event_corrected().boxed(),
        SharedKind::EventRetracted => notices::event_retracted().boxed(),
        SharedKind::EventContested => notices::event_contested().boxed(),
        SharedKind::ContestResolved => notices::contest_resolved().boxed(),
        SharedKind::ContentErased => notices::content_erased().boxed(),
        SharedKind::StatementReported => notices::statement_reported().boxed(),
        SharedKind::PartDisclosed => part_disclosed().boxed(),
    }
}

fn body(kind: Kind) -> BoxedStrategy<Body> {
    match kind {
        Kind::Registry(kind) => registry_body(kind).prop_map(Body::Registry).boxed(),
        Kind::Shared(kind) => shared_body(kind).prop_map(Body::Shared).boxed(),
        Kind::Treaty(kind) => treaty_body(kind).prop_map(Body::Treaty).boxed(),
        Kind::Minefield(kind) => minefield_body(kind).prop_map(Body::Minefield).boxed(),
    }
}

fn subject(subject: SubjectType) -> BoxedStrategy<Subject> {
    match subject {
        SubjectType::Ledger => Just(Subject::Ledger).boxed(),
        SubjectType::Organisation => organisation().prop_map(Subject::Organisation).boxed(),
        SubjectType::Treaty => treaty_id().prop_map(Subject::Treaty).boxed(),
        SubjectType::Participant => participant().prop_map(Subject::Participant).boxed(),
        SubjectType::Participation => {
            (treaty_id(), participant()).prop_map(|(treaty, who)| Subject::Participation(treaty, who)).boxed()
        }
        SubjectType::Record => id("[a-zA-Z0-9][a-zA-Z0-9._-]{0,20}").prop_map(Subject::Record).boxed(),
    }
}

fn source() -> impl Strategy<Value = Source> {
    (any_of(SourceClass::ALL), any::<bool>(), maybe_text(), maybe_text(), option::of(civil_date())).prop_map(
        |(class, transcribed, name, locator, retrieved)| Source { class, transcribed, name, locator, retrieved },
    )
}

fn document() -> impl Strategy<Value = Document> {
    let media_type = select(vec!["", "application/pdf", "image/svg+xml"]);
    (any::<[u8; 32]>(), any::<u64>(), media_type, language(), maybe_text(), maybe_text()).prop_map(
        |(sha256, size, media_type, language, title, symbol)| Document {
            sha256: DocumentDigest(sha256),
            size,
            media_type: media_type.into(),
            language,
            title,
            symbol,
        },
    )
}

/// Names every mandatory field without value.
fn not_stated(body: &Body) -> Vec<NotStated> {
    let (_, mandatory) = event::parse_body(event::encode_body(body)).expect("a generated body is well formed");
    let missing = mandatory.into_iter().filter(|(_, has_value)| !has_value);
    missing.map(|(field, _)| NotStated { field: field.into(), reason: NotStatedReason::Unknown }).collect()
}

/// A well-formed event of a kind.
pub fn event_of(kind: Kind) -> BoxedStrategy<Event> {
    let row = kind.row();
    let ids = (uuid(), any::<[u8; 16]>(), proptest::collection::hash_set(uuid().prop_map(EventId), 0..3));
    let source = if row.needs_source { source().prop_map(Some).boxed() } else { option::of(source()).boxed() };
    let when = (option::of(text()), option::of(world_date()));
    (ids, any_of(row.subjects).prop_flat_map(subject), when, source, parts(row), vec(document(), 0..3), body(kind))
        .prop_map(|((id, nonce, based_on), subject, (act, occurred), source, parts, documents, body)| Event {
            id: EventId(id),
            nonce,
            subject,
            based_on: based_on.into_iter().collect(),
            act,
            occurred,
            source,
            parts,
            not_stated: not_stated(&body),
            documents,
            body,
        })
        .boxed()
}

/// A well-formed event of any kind but the founding.
pub fn event() -> BoxedStrategy<Event> {
    select(KINDS)
        .prop_map(|row| row.kind)
        .prop_filter("the founding stands alone", |kind| *kind != Kind::Registry(RegistryKind::LedgerFounded))
        .prop_flat_map(event_of)
        .boxed()
}

fn signer() -> impl Strategy<Value = Signer> {
    (organisation(), member(), any::<[u8; 32]>()).prop_map(|(organisation, member, key)| Signer {
        organisation,
        member,
        key: KeyId(key),
    })
}

fn sign_off() -> impl Strategy<Value = SignOff> {
    let verdict = prop_oneof![
        prop_oneof![Just("".into()), lines()].prop_map(|remark| Verdict::Approve { remark }),
        lines().prop_map(|reason| Verdict::Decline { reason }),
        prop_oneof![Just("".into()), lines()].prop_map(|reason| Verdict::Withdraw { reason }),
    ];
    let ids = any::<([u8; 32], [u8; 32])>();
    (ids, signer(), any_of(Capacity::ALL), verdict, texts(), any::<u64>()).prop_map(
        |((ledger, submission), signer, capacity, verdict, accepted_findings, signed_at)| SignOff {
            ledger_id: LedgerId(ledger),
            submission: SubmissionDigest(submission),
            signer,
            capacity,
            verdict,
            accepted_findings,
            signed_at: RecordingTime(signed_at),
        },
    )
}

fn sorted(mut sign_offs: Vec<SignOff>, submission: SubmissionDigest, ledger_id: LedgerId) -> Vec<SignOff> {
    sign_offs.iter_mut().for_each(|sign_off| {
        sign_off.submission = submission;
        sign_off.ledger_id = ledger_id;
    });
    sign_offs.sort_by_key(|sign_off| sign_off.signer.key);
    sign_offs
}

fn statements(sign_offs: &[SignOff]) -> Vec<SignedStatement> {
    let statement = |sign_off| SignedStatement { bytes: encode_sign_off(sign_off), signature: [7; 64] };
    sign_offs.iter().map(statement).collect()
}

fn submission() -> impl Strategy<Value = Submission> {
    let seen = option::of(any::<(u64, [u8; 32])>());
    (any::<[u8; 32]>(), uuid(), signer(), any::<u64>(), seen, any::<bool>()).prop_map(
        |(ledger, id, author, signed_at, seen, require_unmoved)| Submission {
            ledger_id: Some(LedgerId(ledger)),
            id: SubmissionId(id),
            author,
            signed_at: RecordingTime(signed_at),
            event_digests: Vec::new(),
            seen: seen.map(|(size, root)| Seen { size: Size(size), root: TreeHash(root) }),
            require_unmoved,
        },
    )
}

/// Puts events, header and sign-offs together.
pub fn assemble(mut submission: Submission, events: Vec<Event>, sign_offs: Vec<SignOff>) -> Sample {
    let event_bytes: Vec<Bytes> = events.iter().map(|event| encode_event(event).into()).collect();
    submission.event_digests = event_bytes.iter().map(|bytes| EventDigest(sha256(bytes))).collect();
    let bytes = encode_submission(&submission);
    let digest = SubmissionDigest(sha256(&bytes));
    let sign_offs = sorted(sign_offs, digest, submission.ledger_id.unwrap_or(LedgerId(digest.0)));
    let signed = SignedStatement { bytes, signature: [9; 64] };
    Sample {
        envelope: encode_envelope(&signed, &statements(&sign_offs)).into(),
        events: event_bytes,
        content: EnvelopeContent::Submission(Box::new(SubmittedEvents { digest, submission, events, sign_offs })),
    }
}

/// What `Submit` may receive: submissions, a founding, later sign-offs.
pub fn sample() -> BoxedStrategy<Sample> {
    let founding = event_of(Kind::Registry(RegistryKind::LedgerFounded));
    let sign_offs = || vec(sign_off(), 0..3);
    prop_oneof![
        6 => (submission(), vec(event(), 1..4), sign_offs())
            .prop_map(|(submission, events, sign_offs)| assemble(submission, events, sign_offs)),
        1 => (submission(), founding, sign_offs()).prop_map(|(submission, founding, sign_offs)| {
            assemble(Submission { ledger_id: None, ..submission }, vec![founding], sign_offs)
        }),
        1 => vec(sign_off(), 1..4).prop_map(|sign_offs| {
            let (submission, ledger) = (sign_offs[0].submission, sign_offs[0].ledger_id);
            let sign_offs = sorted(sign_offs, submission, ledger);
            let envelope = encode_later_sign_offs(&statements(&sign_offs)).into();
            Sample { envelope, events: vec![], content: EnvelopeContent::SignOffs { submission, sign_offs } }
        }),
    ]
    .boxed()
}
