//! Who appears in the demonstration: two founders and the desks that transcribe
//! the public record. None is named like a ministry, and none speaks for a State.

use crate::{
    authoring::{EventDraft, Freshness, Post, SignedSubmission, fresh_event, sign_events},
    crypto::{PayloadType, SigningKey},
    domain::{
        Body, Capacity, CharterProfile, Event, KeyEnrolled, LedgerId, Mandate, MandateGranted, MandateType,
        MemberEnrolled, OrganisationAdmitted, OrganisationId, OrganisationType, ParticipantId, RegistryBody, Role,
        Scope, Seen, Subject,
    },
    founding::{FoundingPlan, FoundingPost},
    wire::possession_bytes,
};

/// Name of the demonstration's checkpoints.
pub const ORIGIN: &str = "demo.merestone.example/2026";
/// The desk that registers treaties and participants.
pub const TREATY_DESK: &str = "desk-public-record-treaties";

/// Suffix of the desk's id, country, State, participant. `XX`: no country.
const DESKS: [(&str, &str, &str, &str); 7] = [
    ("treaties", "XX", "treaties and participants", ""),
    ("ee", "EE", "Estonia", "EST"),
    ("fi", "FI", "Finland", "FIN"),
    ("lt", "LT", "Lithuania", "LTU"),
    ("lv", "LV", "Latvia", "LVA"),
    ("pl", "PL", "Poland", "POL"),
    ("ua", "UA", "Ukraine", "UKR"),
];

/// Everybody who signs.
#[derive(Debug)]
pub struct Cast {
    pub plan: FoundingPlan,
    pub checkpoint_key: SigningKey,
    pub desks: Vec<Desk>,
}

/// A desk that transcribes the public record.
#[derive(Debug)]
pub struct Desk {
    pub post: Post,
    /// What it transcribes, for people.
    pub about: &'static str,
    country: &'static str,
    participant: &'static str,
}

impl Cast {
    /// Everybody with a fresh key.
    pub fn new(randomness: &mut dyn FnMut(&mut [u8])) -> Self {
        let mut key = || fresh_key(randomness);
        let plan = FoundingPlan {
            origin: ORIGIN.into(),
            profile: CharterProfile::Coalition,
            operator: founder("demo-registry", "Demonstration registry", OrganisationType::Operator, key()),
            others: vec![founder("demo-oversight", "Demonstration oversight board", OrganisationType::Ngo, key())],
        };
        let desks = DESKS.map(|(suffix, country, about, participant)| {
            let organisation = id(&format!("desk-public-record-{suffix}"));
            let member = "recorder".parse().expect("a valid id");
            Desk { post: Post { organisation, member, key: key() }, about, country, participant }
        });
        Self { plan, checkpoint_key: key(), desks: desks.into() }
    }

    /// The desk that transcribes the acts of a participant.
    pub fn desk_of(&self, participant: &ParticipantId) -> Option<&Desk> {
        self.desks.iter().find(|desk| desk.participant == participant.as_str())
    }

    /// The desk that registers treaties and participants.
    pub fn treaty_desk(&self) -> &Desk {
        self.desks.iter().find(|desk| desk.post.organisation.as_str() == TREATY_DESK).expect("the table has it")
    }

    /// The admission of a desk: organisation, post, key and mandate in one
    /// submission, signed by one founder and approved by the other.
    pub fn admission(
        &self,
        desk: &Desk,
        ledger: LedgerId,
        seen: Option<Seen>,
        fresh: &mut Freshness<'_>,
    ) -> SignedSubmission {
        let events = [admitted(desk), enrolled(desk), key_enrolled(desk, ledger), mandate(desk)]
            .map(|body| registry_event(&desk.post.organisation, body, fresh));
        let draft = EventDraft { ledger: Some(ledger), seen, events: events.into() };
        let approving: Vec<_> = self.plan.others.iter().map(|other| (&other.post, Capacity::Governor)).collect();
        sign_events(&draft, &self.plan.operator.post, &approving, fresh)
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
    sign_events(&EventDraft { ledger: Some(ledger), seen: None, events: vec![event] }, &desk.post, &[], fresh)
}

fn registry_event(organisation: &OrganisationId, body: RegistryBody, fresh: &mut Freshness<'_>) -> Event {
    fresh_event(Subject::Organisation(organisation.clone()), Body::Registry(body), fresh)
}

fn admitted(desk: &Desk) -> RegistryBody {
    RegistryBody::OrganisationAdmitted(OrganisationAdmitted {
        name: format!("Demonstration desk: public record on {}", desk.about).into(),
        organisation_type: OrganisationType::Desk,
        country: desk.country.parse().expect("the table has valid codes"),
    })
}

fn enrolled(desk: &Desk) -> RegistryBody {
    RegistryBody::MemberEnrolled(MemberEnrolled {
        member: desk.post.member.clone(),
        post: "Recorder".into(),
        roles: vec![Role::Recorder],
    })
}

fn key_enrolled(desk: &Desk, ledger: LedgerId) -> RegistryBody {
    let Post { organisation, member, key } = &desk.post;
    let statement = possession_bytes(&ledger, organisation, member, key.public());
    RegistryBody::KeyEnrolled(KeyEnrolled {
        member: member.clone(),
        key: key.public().clone(),
        possession: key.sign(PayloadType::KeyPossession, &statement),
        authorised_by: "Founding of the demonstration".into(),
    })
}

fn mandate(desk: &Desk) -> RegistryBody {
    let treaties = ["untc:XXVI-2-b", "untc:XXVI-5", "untc:XXVI-6"].map(|id| id.parse().expect("a valid id"));
    let country = Some(desk.country).filter(|country| *country != "XX");
    let countries = country.map(|country| country.parse().expect("the table has valid codes"));
    RegistryBody::MandateGranted(MandateGranted {
        mandate: Mandate {
            mandate_type: MandateType::Transcribe,
            treaties: Scope::Listed(treaties.into()),
            countries: Scope::Listed(countries.into_iter().collect()),
            since: None,
            until: None,
            basis: "Transcription of the public record, each act with its source".into(),
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
            let id = desk.post.organisation.as_str().to_owned();
            assert!(id.starts_with("desk-public-record-"), "{id}");
        }
    }
}
