//! The registry: who may sign what, folded from the governing events.
//!
//! It keeps everything that ever was, with the index at which it came, so the
//! registry of the newest entry answers for every earlier one.

use std::collections::{BTreeMap, HashMap};

use crate::{
    crypto::PublicKey,
    domain::{
        Body, Charter, CountryCode, Event, Founder, Index, KeyEnding, KeyId, LedgerFounded, LedgerId, Mandate,
        MemberId, OrganisationChange, OrganisationId, OrganisationStanding, OrganisationType, PolicyNumber,
        RecordingTime, RegistryBody, Role, Size, Subject, SubmittedEvents,
    },
};

/// The registry after some entry.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Registry {
    ledger: Option<LedgerIdentity>,
    charters: Vec<(Index, Charter)>,
    organisations: BTreeMap<OrganisationId, OrganisationState>,
    keys: HashMap<KeyId, KeyState>,
}

/// What the founding fixed for ever.
#[derive(Clone, Debug, PartialEq)]
pub struct LedgerIdentity {
    pub id: LedgerId,
    pub origin: Box<str>,
    pub checkpoint_key: PublicKey,
}

/// An organisation with all that it ever had.
#[derive(Clone, Debug, PartialEq)]
pub struct OrganisationState {
    pub name: Box<str>,
    pub organisation_type: OrganisationType,
    pub country: CountryCode,
    pub admitted: Index,
    /// Since when it is a founder: the founding, or as successor of one.
    pub founder: Option<Index>,
    pub members: BTreeMap<MemberId, MemberState>,
    pub mandates: Vec<(Index, Mandate)>,
    /// In order; before the first it is active.
    pub standings: Vec<(Index, OrganisationStanding)>,
    /// Whose verifiers may verify its work, in order; the newest list holds.
    pub verifiers: Vec<(Index, Vec<OrganisationId>)>,
}

impl OrganisationState {
    fn new(name: Box<str>, organisation_type: OrganisationType, country: CountryCode, admitted: Index) -> Self {
        Self {
            name,
            organisation_type,
            country,
            admitted,
            founder: None,
            members: BTreeMap::new(),
            mandates: Vec::new(),
            standings: Vec::new(),
            verifiers: Vec::new(),
        }
    }

    /// Whether its posts may sign.
    pub fn is_active(&self) -> bool {
        self.standing() == &OrganisationStanding::Active
    }

    /// The newest word on whether its posts may sign.
    pub fn standing(&self) -> &OrganisationStanding {
        self.standings.last().map_or(&OrganisationStanding::Active, |(_, standing)| standing)
    }

    /// Whether another organisation was named to verify its work.
    pub fn names_verifier(&self, other: &OrganisationId) -> bool {
        self.verifiers.last().is_some_and(|(_, named)| named.contains(other))
    }
}

/// A post.
#[derive(Clone, Debug, PartialEq)]
pub struct MemberState {
    pub post: Box<str>,
    pub roles: Vec<Role>,
    pub enrolled: Index,
    /// In order of enrolment.
    pub keys: Vec<KeyId>,
}

/// A key: one key, one post, for ever.
#[derive(Clone, Debug, PartialEq)]
pub struct KeyState {
    pub key: PublicKey,
    pub organisation: OrganisationId,
    pub member: MemberId,
    pub enrolled: Index,
    /// In order; a retired key may still be declared compromised.
    pub ends: Vec<KeyEnd>,
}

impl KeyState {
    /// How the key ended, if it did: the newest word on it.
    pub fn ended(&self) -> Option<KeyEnd> {
        self.ends.last().copied()
    }
}

/// The end of a key.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct KeyEnd {
    pub index: Index,
    pub at: RecordingTime,
    pub ending: KeyEnding,
}

impl Registry {
    /// The ledger's identity; `None` before the founding.
    pub fn ledger(&self) -> Option<&LedgerIdentity> {
        self.ledger.as_ref()
    }

    /// The charter in force; `None` before the founding.
    pub fn charter(&self) -> Option<&Charter> {
        self.charters.last().map(|(_, charter)| charter)
    }

    /// The policy in force for the next entry. Before the founding: the newest.
    pub fn policy(&self) -> PolicyNumber {
        self.charter().map_or(PolicyNumber(1), |charter| charter.policy)
    }

    /// The policy in force for the entry after `index`.
    pub fn policy_after(&self, index: Index) -> PolicyNumber {
        let adopted = self.charters.iter().rev().find(|(at, _)| *at <= index);
        adopted.map_or(PolicyNumber(1), |(_, charter)| charter.policy)
    }

    /// The charter in force when an entry was recorded; `None` for the founding.
    pub fn charter_at(&self, index: Index) -> Option<&Charter> {
        self.charters.iter().rev().find(|(adopted, _)| *adopted < index).map(|(_, charter)| charter)
    }

    /// All organisations in order of their id.
    pub fn organisations(&self) -> &BTreeMap<OrganisationId, OrganisationState> {
        &self.organisations
    }

    /// An organisation.
    pub fn organisation(&self, id: &OrganisationId) -> Option<&OrganisationState> {
        self.organisations.get(id)
    }

    /// A post.
    pub fn member(&self, organisation: &OrganisationId, member: &MemberId) -> Option<&MemberState> {
        self.organisations.get(organisation)?.members.get(member)
    }

    /// A key that was ever enrolled.
    pub fn key(&self, id: KeyId) -> Option<&KeyState> {
        self.keys.get(&id)
    }

    /// The registry as it was when the ledger held `size` entries.
    pub fn as_of(&self, size: Size) -> Self {
        let then = |index: &Index| index.0 < size.0;
        let mut earlier = self.clone();
        earlier.ledger = earlier.ledger.filter(|_| size > Size(0));
        earlier.charters.retain(|(index, _)| then(index));
        earlier.organisations.retain(|_, state| then(&state.admitted));
        earlier.keys.retain(|_, key| then(&key.enrolled));
        for key in earlier.keys.values_mut() {
            key.ends.retain(|end| then(&end.index));
        }
        for state in earlier.organisations.values_mut() {
            state.mandates.retain(|(index, _)| then(index));
            state.standings.retain(|(index, _)| then(index));
            state.verifiers.retain(|(index, _)| then(index));
            state.founder = state.founder.filter(then);
            state.members.retain(|_, member| then(&member.enrolled));
            let keys = &earlier.keys;
            state.members.values_mut().for_each(|member| member.keys.retain(|key| keys.contains_key(key)));
        }
        earlier
    }

    /// Whether an organisation may sign and has an administrator with an active key.
    pub fn governs_itself(&self, organisation: &OrganisationState) -> bool {
        organisation.is_active() && self.active_administrators(organisation) > 0
    }

    /// How many founding organisations can sign.
    pub fn governing_founders(&self) -> usize {
        let founders = self.organisations.values().filter(|state| state.founder.is_some());
        founders.filter(|state| self.governs_itself(state)).count()
    }

    /// How many administrators of an organisation have an active key.
    pub fn active_administrators(&self, organisation: &OrganisationState) -> usize {
        let active = |key: &KeyId| self.keys.get(key).is_some_and(|state| state.ends.is_empty());
        let administrators = organisation.members.values().filter(|member| member.roles.contains(&Role::Administrator));
        administrators.filter(|member| member.keys.iter().any(active)).count()
    }

    /// Folds an accepted submission. Returns whether it governs: such entries
    /// alone rebuild the registry.
    pub fn apply(&mut self, submitted: &SubmittedEvents, index: Index, at: RecordingTime) -> bool {
        let governs = submitted.events.iter().any(|event| matches!(event.body, Body::Registry(_)));
        for event in &submitted.events {
            self.apply_event(event, LedgerId(submitted.digest.0), index, at);
        }
        governs
    }

    /// Folds one event; `founding` is the digest of its submission, which is the
    /// ledger's id when the event founds it.
    pub(super) fn apply_event(&mut self, event: &Event, founding: LedgerId, index: Index, at: RecordingTime) {
        let Body::Registry(body) = &event.body else { return };
        if let RegistryBody::LedgerFounded(founded) = body {
            return self.found(founded, founding, index);
        }
        if let RegistryBody::CharterAdopted(adopted) = body {
            return self.charters.push((index, adopted.charter.clone()));
        }
        let Subject::Organisation(id) = &event.subject else { return };
        self.apply_to_organisation(id, body, index, at);
    }

    fn found(&mut self, founded: &LedgerFounded, id: LedgerId, index: Index) {
        let (origin, checkpoint_key) = (founded.origin.clone(), founded.checkpoint_key.clone());
        self.ledger = Some(LedgerIdentity { id, origin, checkpoint_key });
        self.charters.push((index, founded.charter.clone()));
        for founder in &founded.founders {
            self.add_founder(founder, index);
        }
    }

    fn add_founder(&mut self, founder: &Founder, index: Index) {
        let organisation = self.organisations.entry(founder.organisation.clone()).or_insert_with(|| {
            let name = founder.organisation_name.clone();
            let state = OrganisationState::new(name, founder.organisation_type, founder.country, index);
            OrganisationState { founder: Some(index), ..state }
        });
        let member =
            MemberState { post: founder.post.clone(), roles: founder.roles.clone(), enrolled: index, keys: Vec::new() };
        organisation.members.insert(founder.member.clone(), member);
        self.add_key(&founder.organisation, &founder.member, founder.key.clone(), index);
    }

    fn add_key(&mut self, organisation: &OrganisationId, member: &MemberId, key: PublicKey, index: Index) {
        let state = self.organisations.get_mut(organisation).and_then(|state| state.members.get_mut(member));
        if let Some(state) = state {
            state.keys.push(key.id());
        }
        let (organisation, member) = (organisation.clone(), member.clone());
        self.keys.insert(key.id(), KeyState { key, organisation, member, enrolled: index, ends: Vec::new() });
    }

    fn apply_to_organisation(&mut self, id: &OrganisationId, body: &RegistryBody, index: Index, at: RecordingTime) {
        match body {
            RegistryBody::LedgerFounded(_) | RegistryBody::CharterAdopted(_) => {}
            RegistryBody::OrganisationAdmitted(admitted) => {
                let (name, country) = (admitted.name.clone(), admitted.country);
                let state = OrganisationState::new(name, admitted.organisation_type, country, index);
                self.organisations.insert(id.clone(), state);
            }
            RegistryBody::OrganisationChanged(changed) => self.change_organisation(id, &changed.change, index),
            RegistryBody::MemberEnrolled(enrolled) => {
                let (post, roles) = (enrolled.post.clone(), enrolled.roles.clone());
                let state = MemberState { post, roles, enrolled: index, keys: Vec::new() };
                if let Some(organisation) = self.organisations.get_mut(id) {
                    organisation.members.insert(enrolled.member.clone(), state);
                }
            }
            RegistryBody::KeyEnrolled(enrolled) => self.add_key(id, &enrolled.member, enrolled.key.clone(), index),
            RegistryBody::KeyEnded(ended) => {
                if let Some(key) = self.keys.get_mut(&ended.key) {
                    key.ends.push(KeyEnd { index, at, ending: ended.ending });
                }
            }
            RegistryBody::MandateGranted(granted) => {
                if let Some(organisation) = self.organisations.get_mut(id) {
                    organisation.mandates.push((index, granted.mandate.clone()));
                }
            }
        }
    }

    /// Who succeeds a founder is one: the seats of the founders are not lost.
    fn change_organisation(&mut self, id: &OrganisationId, change: &OrganisationChange, index: Index) {
        let Some(state) = self.organisations.get_mut(id) else { return };
        match change {
            OrganisationChange::Suspended => state.standings.push((index, OrganisationStanding::Suspended)),
            OrganisationChange::Resumed => state.standings.push((index, OrganisationStanding::Active)),
            OrganisationChange::VerifiersNamed(verifiers) => state.verifiers.push((index, verifiers.clone())),
            OrganisationChange::Succeeded { by } => {
                state.standings.push((index, OrganisationStanding::Succeeded { by: by.clone() }));
                let seat = state.founder.is_some();
                if let Some(successor) = self.organisations.get_mut(by).filter(|_| seat) {
                    successor.founder = successor.founder.or(Some(index));
                }
            }
        }
    }
}
