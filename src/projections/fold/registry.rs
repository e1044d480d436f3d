//! The registry's rows: organisations, posts with their keys, mandates, policy.
//!
//! A post has one row per entry that changed it, holding it whole; so what it was
//! at any size is one seek, and enrolling the thousandth post writes one post.

use super::EntryFold;
use crate::domain::{
    Charter, Founder, KeyEnded, KeyEnrolled, LedgerFounded, MemberEnrolled, MemberId, OrganisationAdmitted,
    OrganisationChange, OrganisationChanged, OrganisationId, OrganisationStanding, Position, PublicKey, RegistryBody,
    Subject,
};
use crate::projections::ReadModelError;
use crate::projections::encoding::{
    charter_row, key_owner_row, mandate_row, member_row, organisation_row, read_key_owner, read_member,
    read_organisation,
};
use crate::projections::keys::{Key, Table};
use crate::projections::model::{KeyEndState, KeyState, MemberState, OrganisationState};

impl EntryFold<'_> {
    /// Folds an event about the registry. One whose subject is of another type than
    /// the kinds table says was never accepted, and makes nothing.
    pub(super) fn registry(
        &mut self,
        at: Position,
        subject: &Subject,
        body: &RegistryBody,
    ) -> Result<(), ReadModelError> {
        match (body, subject) {
            (RegistryBody::LedgerFounded(body), Subject::Ledger) => self.ledger_founded(at, body),
            (RegistryBody::CharterAdopted(body), Subject::Ledger) => {
                self.charter(&body.charter);
                Ok(())
            }
            (RegistryBody::OrganisationAdmitted(body), Subject::Organisation(id)) => {
                self.organisation_admitted(at, id, body);
                Ok(())
            }
            (RegistryBody::OrganisationChanged(body), Subject::Organisation(id)) => self.organisation_changed(id, body),
            (RegistryBody::MemberEnrolled(body), Subject::Organisation(id)) => self.member_enrolled(at, id, body),
            (RegistryBody::KeyEnrolled(body), Subject::Organisation(id)) => {
                let KeyEnrolled { member, key, possession: _, authorised_by: _ } = body;
                self.key_enrolled(at, id, member, key)
            }
            (RegistryBody::KeyEnded(body), Subject::Organisation(_)) => self.key_ended(at, body),
            (RegistryBody::MandateGranted(body), Subject::Organisation(id)) => {
                let key = Key::new(Table::Mandate).id(id.as_str()).index(at.index).number(at.ordinal);
                self.rows.insert(key.into_bytes(), mandate_row(&body.mandate));
                Ok(())
            }
            (
                RegistryBody::LedgerFounded(_)
                | RegistryBody::CharterAdopted(_)
                | RegistryBody::OrganisationAdmitted(_)
                | RegistryBody::OrganisationChanged(_)
                | RegistryBody::MemberEnrolled(_)
                | RegistryBody::KeyEnrolled(_)
                | RegistryBody::KeyEnded(_)
                | RegistryBody::MandateGranted(_),
                _,
            ) => Ok(()),
        }
    }

    fn ledger_founded(&mut self, at: Position, body: &LedgerFounded) -> Result<(), ReadModelError> {
        for founder in &body.founders {
            self.founder(at, founder)?;
        }
        self.charter(&body.charter);
        Ok(())
    }

    fn founder(&mut self, at: Position, founder: &Founder) -> Result<(), ReadModelError> {
        let Founder { organisation, organisation_name, organisation_type, country, member, post, roles, key } = founder;
        let state = OrganisationState {
            id: organisation.clone(),
            name: organisation_name.clone(),
            organisation_type: *organisation_type,
            country: *country,
            founder: true,
            admitted: at,
            standing: OrganisationStanding::Active,
            verifiers: Vec::new(),
            members: Vec::new(),
            mandates: Vec::new(),
        };
        self.put_organisation(&state);
        let enrolled = MemberEnrolled { member: member.clone(), post: post.clone(), roles: roles.clone() };
        self.member_enrolled(at, organisation, &enrolled)?;
        self.key_enrolled(at, organisation, member, key)
    }

    fn charter(&mut self, charter: &Charter) {
        self.policy = Some(charter.policy);
        self.put(Key::new(Table::Policy), charter_row(charter));
    }

    fn organisation_admitted(&mut self, at: Position, id: &OrganisationId, body: &OrganisationAdmitted) {
        let OrganisationAdmitted { name, organisation_type, country } = body;
        let state = OrganisationState {
            id: id.clone(),
            name: name.clone(),
            organisation_type: *organisation_type,
            country: *country,
            founder: false,
            admitted: at,
            standing: OrganisationStanding::Active,
            verifiers: Vec::new(),
            members: Vec::new(),
            mandates: Vec::new(),
        };
        self.put_organisation(&state);
    }

    /// A change of an organisation that the registry does not know was never
    /// accepted, and makes nothing. Who succeeds a founder is one.
    fn organisation_changed(&mut self, id: &OrganisationId, body: &OrganisationChanged) -> Result<(), ReadModelError> {
        let Some(mut state) = self.organisation(id)? else { return Ok(()) };
        match &body.change {
            OrganisationChange::Suspended => state.standing = OrganisationStanding::Suspended,
            OrganisationChange::Resumed => state.standing = OrganisationStanding::Active,
            OrganisationChange::Succeeded { by } => {
                state.standing = OrganisationStanding::Succeeded { by: by.clone() };
                if let Some(mut successor) = self.organisation(by)?.filter(|_| state.founder) {
                    successor.founder = true;
                    self.put_organisation(&successor);
                }
            }
            OrganisationChange::VerifiersNamed(verifiers) => state.verifiers.clone_from(verifiers),
        }
        self.put_organisation(&state);
        Ok(())
    }

    fn organisation(&self, id: &OrganisationId) -> Result<Option<OrganisationState>, ReadModelError> {
        let key = Key::new(Table::Organisation).id(id.as_str());
        let row = self.newest(&key)?;
        row.map(|row| read_organisation(id.clone(), &row).map_err(|unreadable| unreadable.at(key.as_ref()))).transpose()
    }

    fn put_organisation(&mut self, state: &OrganisationState) {
        self.put(Key::new(Table::Organisation).id(state.id.as_str()), organisation_row(state));
    }

    /// A post that is enrolled once more has the newer title and roles and keeps its
    /// keys and its first enrolment.
    fn member_enrolled(
        &mut self,
        at: Position,
        organisation: &OrganisationId,
        body: &MemberEnrolled,
    ) -> Result<(), ReadModelError> {
        let MemberEnrolled { member: id, post, roles } = body;
        let (enrolled, keys) = match self.member(organisation, id)? {
            Some(before) => (before.enrolled, before.keys),
            None => (at, Vec::new()),
        };
        let member = MemberState { id: id.clone(), post: post.clone(), roles: roles.clone(), enrolled, keys };
        self.put_member(organisation, &member);
        Ok(())
    }

    /// A key of a post that the registry does not know was never accepted, and makes nothing.
    fn key_enrolled(
        &mut self,
        at: Position,
        organisation: &OrganisationId,
        member: &MemberId,
        key: &PublicKey,
    ) -> Result<(), ReadModelError> {
        if let Some(mut member) = self.member(organisation, member)? {
            member.keys.push(KeyState { key: key.clone(), enrolled: at, ended: None });
            self.put_member(organisation, &member);
            self.put(Key::new(Table::KeyOwner).key_id(&key.id()), key_owner_row(organisation, &member.id));
        }
        Ok(())
    }

    /// A retired key can still be found to be compromised; the newer ending holds.
    fn key_ended(&mut self, at: Position, body: &KeyEnded) -> Result<(), ReadModelError> {
        let KeyEnded { key: ended, ending, reason: _ } = body;
        let owner_key = Key::new(Table::KeyOwner).key_id(ended);
        let Some(owner) = self.newest(&owner_key)? else { return Ok(()) };
        let (organisation, member) = read_key_owner(&owner).map_err(|unreadable| unreadable.at(owner_key.as_ref()))?;
        let Some(mut member) = self.member(&organisation, &member)? else { return Ok(()) };
        for key in member.keys.iter_mut().filter(|key| key.key.id() == *ended) {
            key.ended = Some(KeyEndState { ending: *ending, position: at, recorded_at: self.recorded_at });
        }
        self.put_member(&organisation, &member);
        Ok(())
    }

    fn member(&self, organisation: &OrganisationId, id: &MemberId) -> Result<Option<MemberState>, ReadModelError> {
        let key = member_key(organisation, id);
        let row = self.newest(&key)?;
        row.map(|row| read_member(id.clone(), &row).map_err(|unreadable| unreadable.at(key.as_ref()))).transpose()
    }

    fn put_member(&mut self, organisation: &OrganisationId, member: &MemberState) {
        self.put(member_key(organisation, &member.id), member_row(member));
    }
}

fn member_key(organisation: &OrganisationId, member: &MemberId) -> Key {
    Key::new(Table::Member).id(organisation.as_str()).id(member.as_str())
}
