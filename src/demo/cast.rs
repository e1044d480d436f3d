//! Who appears in the demonstration: two founders, the desks that transcribe the
//! public record, and two that keep fictitious fields. None is named like a
//! ministry, and none speaks for a State.

use crate::{
    authoring::{EventDraft, Freshness, Post, SignedSubmission, fresh_event, sign_events},
    crypto::{PayloadType, SigningKey},
    domain::{
        Body, CharterProfile, Event, KeyEnrolled, LedgerId, Mandate, MandateGranted, MandateType, MemberEnrolled,
        OrganisationAdmitted, OrganisationId, OrganisationType, ParticipantId, RegistryBody, Role, Scope, Seen,
        Subject,
    },
    founding::{FoundingPlan, FoundingPost},
    wire::possession_bytes,
};

/// Name of the demonstration's checkpoints: whoever holds a proof reads there that
/// the times in it are a replayed clock's.
pub const ORIGIN: &str = "demo.merestone.example/replayed-clock";
/// The desk that registers treaties and participants, and transcribes the acts of
/// everybody who has no desk.
const TREATY_DESK: &str = "desk-public-record-treaties";
/// The desk that transcribes what newspapers and web pages say beside what better sources do.
const PRESS_DESK: &str = "desk-public-record-press";
/// The desk that keeps the fictitious fields.
const FIELD_DESK: &str = "desk-fictitious-fields";
/// The desk in the place of their national authority.
const AUTHORITY_DESK: &str = "desk-fictitious-authority";

/// Id, what it is about, country, participant whose acts it transcribes, what its
/// mandate is for, its posts. `XX`: no country.
type DeskRow = (
    &'static str,
    &'static str,
    &'static str,
    &'static str,
    MandateType,
    &'static [(&'static str, &'static str, Role)],
);

const RECORDER: &[(&str, &str, Role)] = &[("recorder", "Recorder", Role::Recorder)];
const FIELD_POSTS: &[(&str, &str, Role)] =
    &[("recorder", "Recorder", Role::Recorder), ("verifier", "Verifier", Role::Verifier)];
const AUTHORITY_POSTS: &[(&str, &str, Role)] = &[("signer", "Signer", Role::NationalAuthority)];

const DESKS: [DeskRow; 10] = [
    (TREATY_DESK, "public record on treaties", "XX", "", MandateType::Transcribe, RECORDER),
    ("desk-public-record-ee", "public record on Estonia", "EE", "EST", MandateType::Transcribe, RECORDER),
    ("desk-public-record-fi", "public record on Finland", "FI", "FIN", MandateType::Transcribe, RECORDER),
    ("desk-public-record-lt", "public record on Lithuania", "LT", "LTU", MandateType::Transcribe, RECORDER),
    ("desk-public-record-lv", "public record on Latvia", "LV", "LVA", MandateType::Transcribe, RECORDER),
    ("desk-public-record-pl", "public record on Poland", "PL", "POL", MandateType::Transcribe, RECORDER),
    ("desk-public-record-ua", "public record on Ukraine", "UA", "UKR", MandateType::Transcribe, RECORDER),
    (PRESS_DESK, "what is said elsewhere", "XX", "", MandateType::Transcribe, RECORDER),
    (FIELD_DESK, "fictitious fields in XX", "XX", "", MandateType::RecordMinefields, FIELD_POSTS),
    (AUTHORITY_DESK, "fictitious authority for XX", "XX", "", MandateType::NationalAuthority, AUTHORITY_POSTS),
];

/// Treaties that desks transcribe acts under, ascending.
pub const TREATIES: [&str; 5] = ["untc:XVIII-10", "untc:XXVI-2", "untc:XXVI-2-b", "untc:XXVI-5", "untc:XXVI-6"];

/// Everybody who signs.
#[derive(Debug)]
pub struct Cast {
    pub plan: FoundingPlan,
    pub checkpoint_key: SigningKey,
    pub desks: Vec<Desk>,
}

/// A demonstration desk.
#[derive(Debug)]
pub struct Desk {
    /// Its posts; the first one records.
    pub posts: Vec<DeskPost>,
    row: &'static DeskRow,
}

/// A post of a desk.
#[derive(Debug)]
pub struct DeskPost {
    pub post: Post,
    title: &'static str,
    role: Role,
}

impl Desk {
    fn new(row: &'static DeskRow, mut key: impl FnMut() -> SigningKey) -> Self {
        let posts = row.5.iter().map(|(member, title, role)| {
            let member = member.parse().expect("a valid id");
            DeskPost { post: Post { organisation: id(row.0), member, key: key() }, title, role: *role }
        });
        Self { posts: posts.collect(), row }
    }

    /// The post that records, or signs off where none does.
    pub fn post(&self) -> &Post {
        &self.posts[0].post
    }

    /// The post with a role.
    pub fn post_as(&self, role: Role) -> &Post {
        &self.posts.iter().find(|post| post.role == role).expect("the table has it").post
    }
}

impl Cast {
    /// Everybody with a fresh key.
    pub fn new(randomness: &mut dyn FnMut(&mut [u8])) -> Self {
        let mut key = || fresh_key(randomness);
        let plan = FoundingPlan {
            origin: ORIGIN.into(),
            profile: CharterProfile::National,
            operator: founder("demo-registry", "Demonstration registry", OrganisationType::Operator, key()),
            others: vec![founder("demo-oversight", "Demonstration oversight board", OrganisationType::Ngo, key())],
        };
        let desks = DESKS.iter().map(|row| Desk::new(row, &mut key)).collect();
        Self { plan, checkpoint_key: key(), desks }
    }

    /// The desk that records what is about a subject.
    pub fn desk_of(&self, subject: &Subject) -> &Desk {
        let own = |participant: &ParticipantId| self.desks.iter().find(|desk| desk.row.3 == participant.as_str());
        match subject {
            Subject::Participation(_, participant) => own(participant).unwrap_or_else(|| self.treaty_desk()),
            Subject::Record(_) => self.desk(FIELD_DESK),
            Subject::Ledger | Subject::Organisation(_) | Subject::Treaty(_) | Subject::Participant(_) => {
                self.treaty_desk()
            }
        }
    }

    /// The desk that registers treaties.
    pub fn treaty_desk(&self) -> &Desk {
        self.desk(TREATY_DESK)
    }

    /// The desk that keeps the fictitious fields.
    pub fn field_desk(&self) -> &Desk {
        self.desk(FIELD_DESK)
    }

    /// The desk in the place of their national authority.
    pub fn authority_desk(&self) -> &Desk {
        self.desk(AUTHORITY_DESK)
    }

    /// The desk of an organisation.
    pub fn desk(&self, id: &str) -> &Desk {
        self.desks.iter().find(|desk| desk.row.0 == id).expect("the table has it")
    }

    /// The admission of a desk: organisation, posts, keys and mandate in one
    /// submission, signed by a founder.
    pub fn admission(
        &self,
        desk: &Desk,
        ledger: LedgerId,
        seen: Option<Seen>,
        fresh: &mut Freshness<'_>,
    ) -> SignedSubmission {
        let mut bodies = vec![admitted(desk)];
        bodies.extend(desk.posts.iter().flat_map(|post| [enrolled(post), key_enrolled(&post.post, ledger)]));
        bodies.push(mandate(desk));
        let organisation = &desk.post().organisation;
        let events = bodies.into_iter().map(|body| registry_event(organisation, body, fresh)).collect();
        let draft = EventDraft { ledger: Some(ledger), seen, events };
        sign_events(&draft, &self.plan.operator.post, &[], fresh)
    }
}

/// What a desk may not do: admit an organisation by its own signature.
pub fn overreach(desk: &Desk, ledger: LedgerId, fresh: &mut Freshness<'_>) -> SignedSubmission {
    let body = RegistryBody::OrganisationAdmitted(OrganisationAdmitted {
        name: "Desk admitted by a desk".into(),
        organisation_type: OrganisationType::Desk,
        country: "XX".parse().expect("a valid code"),
    });
    let event = registry_event(&id("desk-nobody-admitted"), body, fresh);
    sign_events(&EventDraft { ledger: Some(ledger), seen: None, events: vec![event] }, desk.post(), &[], fresh)
}

fn registry_event(organisation: &OrganisationId, body: RegistryBody, fresh: &mut Freshness<'_>) -> Event {
    fresh_event(Subject::Organisation(organisation.clone()), Body::Registry(body), fresh)
}

fn admitted(desk: &Desk) -> RegistryBody {
    RegistryBody::OrganisationAdmitted(OrganisationAdmitted {
        name: format!("Demonstration desk: {}", desk.row.1).into(),
        organisation_type: OrganisationType::Desk,
        country: desk.row.2.parse().expect("the table has valid codes"),
    })
}

fn enrolled(post: &DeskPost) -> RegistryBody {
    RegistryBody::MemberEnrolled(MemberEnrolled {
        member: post.post.member.clone(),
        post: post.title.into(),
        roles: vec![post.role],
    })
}

fn key_enrolled(post: &Post, ledger: LedgerId) -> RegistryBody {
    let Post { organisation, member, key } = post;
    let statement = possession_bytes(&ledger, organisation, member, key.public());
    RegistryBody::KeyEnrolled(KeyEnrolled {
        member: member.clone(),
        key: key.public().clone(),
        possession: key.sign(PayloadType::KeyPossession, &statement),
        authorised_by: "Founding of the demonstration".into(),
    })
}

/// Transcription is of treaties; the two others are for the country of the fields.
fn mandate(desk: &Desk) -> RegistryBody {
    let mandate_type = desk.row.4;
    let transcribes = mandate_type == MandateType::Transcribe;
    let treaties = TREATIES.iter().filter(|_| transcribes).map(|id| id.parse().expect("a valid id"));
    let country = Some(desk.row.2).filter(|country| !transcribes || *country != "XX");
    let countries = country.map(|country| country.parse().expect("the table has valid codes"));
    let basis = match transcribes {
        true => "Transcription of the public record, each act with its source",
        false => "Fields that do not exist, for the demonstration",
    };
    RegistryBody::MandateGranted(MandateGranted {
        mandate: Mandate {
            mandate_type,
            treaties: Scope::Listed(treaties.collect()),
            countries: Scope::Listed(countries.into_iter().collect()),
            since: None,
            until: None,
            basis: basis.into(),
        },
    })
}

fn founder(organisation: &str, name: &str, organisation_type: OrganisationType, key: SigningKey) -> FoundingPost {
    FoundingPost {
        post: Post { organisation: id(organisation), member: "registrar".parse().expect("a valid id"), key },
        organisation_name: name.into(),
        organisation_type,
        country: "XX".parse().expect("a valid code"),
        title: "Registrar".into(),
    }
}

fn id(text: &str) -> OrganisationId {
    text.parse().expect("a valid id")
}

fn fresh_key(randomness: &mut dyn FnMut(&mut [u8])) -> SigningKey {
    let mut seed = [0; 32];
    randomness(&mut seed);
    SigningKey::from_seed(&seed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_desk_is_named_like_a_ministry() {
        let mut randomness = |bytes: &mut [u8]| bytes.fill(3);
        for desk in Cast::new(&mut randomness).desks {
            let id = desk.post().organisation.as_str().to_owned();
            assert!(id.starts_with("desk-public-record-") || id.starts_with("desk-fictitious-"), "{id}");
        }
    }

    #[test]
    fn a_participant_without_a_desk_is_transcribed_by_the_treaty_desk() {
        let mut randomness = |bytes: &mut [u8]| bytes.fill(3);
        let cast = Cast::new(&mut randomness);
        let desk = |subject: &str| cast.desk_of(&subject.parse().expect("a subject")).row.0;
        assert_eq!(desk("participation/untc:XXVI-5/POL"), "desk-public-record-pl");
        assert_eq!(desk("participation/untc:XXVI-5/NOR"), TREATY_DESK);
        assert_eq!(desk("record/XX-F-1"), FIELD_DESK);
    }
}
