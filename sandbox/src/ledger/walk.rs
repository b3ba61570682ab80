//! An order's walk: which status its facts amount to at a given time.
//!
//! The usual walk (emSign API reference, A13.3) is `2/24`, waiting for domain validation; `3/15`,
//! approved; `6/20`, generated; `6/9` after the first download. A cancelled order is `5/13`.

use super::{Certificate, Csr, Order, Outcome};
use crate::{
    draws::digest,
    options::Options,
    products,
    status::{certificate, order},
    when::{DAY, Unix, end_of_day, start_of_day},
};

/// The two status ids of an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Standing {
    pub(crate) order: u16,
    pub(crate) certificate: u16,
}

const fn standing(order: u16, certificate: u16) -> Standing {
    Standing { order, certificate }
}

/// How far a revocation is: the CA's `revokeRequestStatusId`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RevocationStage {
    Initiated,
    Revoked(Unix),
    Refused(Unix),
}

impl Order {
    /// Writes down what has come to pass by `now`: an organization vetted, a certificate
    /// generated. What only depends on the time is not written down.
    pub(crate) fn settle(&mut self, seed: u64, options: &Options, now: Unix) {
        if self.is_draft() || self.outcome.is_some() || self.certificate.is_some() {
            return;
        }
        let pace = Unix::from(options.auto_approve);
        if let Some(organization) = &mut self.organization
            && organization.verified_at.is_none()
            && let Some(documents_at) = organization.documents_at
            && documents_at + pace <= now
        {
            organization.verified_at = Some(documents_at + pace);
        }
        if self.forced_certificate_status.is_some() || self.forced_order_status.is_some() {
            return;
        }
        if self.interim.is_none()
            && self.organization_is_pending()
            && let Some(ready_at) = self.ready_but_for_organization()
            && ready_at + pace <= now
        {
            self.interim = Some(self.new_certificate(seed, options, "interim", ready_at + pace));
        }
        if self.pending_rounds == 0
            && let Some(ready_at) = self.ready_at()
            && ready_at + pace <= now
        {
            if self.to_be_rejected {
                self.outcome = Some(Outcome::Rejected);
            } else {
                self.issue(seed, options, ready_at + pace);
            }
        }
    }

    /// Generates the certificate, whatever is still missing.
    pub(crate) fn issue(&mut self, seed: u64, options: &Options, at: Unix) {
        self.certificate = Some(self.new_certificate(seed, options, "final", at));
    }

    fn new_certificate(
        &self,
        seed: u64,
        options: &Options,
        kind: &str,
        issued_at: Unix,
    ) -> Certificate {
        let serial = digest(
            seed,
            "certificate serial",
            &format!("{kind} {}", self.key()),
        );
        let (serial, _) = serial.split_first_chunk::<16>().unwrap_or((&[1; 16], &[]));
        // 126 bits with the highest set: positive as it stands, and always of the same length.
        let serial = (u128::from_be_bytes(*serial) >> 2) | (1 << 125);
        let days = options
            .validity_days
            .map_or_else(
                || products::validity_days(self.validity_years, issued_at),
                Unix::from,
            )
            .max(1);
        Certificate {
            serial: serial.to_string(),
            issued_at,
            not_before: start_of_day(issued_at),
            not_after: end_of_day(start_of_day(issued_at) + (days - 1) * DAY),
        }
    }

    /// Since when everything that issuing needs is there.
    pub(crate) fn ready_at(&self) -> Option<Unix> {
        let but = self.ready_but_for_organization()?;
        match &self.organization {
            Some(organization) => Some(but.max(organization.verified_at?)),
            None => Some(but),
        }
    }

    fn ready_but_for_organization(&self) -> Option<Unix> {
        let csr_at = match &self.csr {
            Csr::Pending => return None,
            Csr::Submitted { at, .. } => *at,
            Csr::Seeded => self.placed_at,
        };
        let signed_at = self.agreement.as_ref()?.signed_at;
        let mut ready_at = self.placed_at.max(csr_at).max(signed_at);
        for domain in &self.domains {
            ready_at = ready_at.max(self.verified_at(&domain.name)?);
        }
        Some(ready_at)
    }

    /// When this name was validated, by its own challenge or the one it follows.
    pub(crate) fn verified_at(&self, name: &str) -> Option<Unix> {
        let domain = self.domains.iter().find(|domain| domain.name == name)?;
        let followed = domain.follows.as_ref().and_then(|followed| {
            self.domains
                .iter()
                .find(|domain| domain.name == *followed)?
                .verified_at
        });
        domain.verified_at.or(followed)
    }

    pub(crate) fn domains_are_pending(&self) -> bool {
        self.domains
            .iter()
            .any(|domain| self.verified_at(&domain.name).is_none())
    }

    pub(crate) fn organization_is_pending(&self) -> bool {
        self.organization
            .as_ref()
            .is_some_and(|organization| organization.verified_at.is_none())
    }

    /// Whether the challenges of its domains exist yet (A12.4).
    pub(crate) fn has_challenges(&self, options: &Options, now: Unix) -> bool {
        self.placed_at + Unix::from(options.challenge_after) <= now
    }

    /// The status ids that the facts amount to at `now`; those forced come first.
    pub(crate) fn standing(&self, options: &Options, now: Unix) -> Standing {
        let computed = self.computed_standing(options, now);
        standing(
            self.forced_order_status.unwrap_or(computed.order),
            self.forced_certificate_status
                .unwrap_or(computed.certificate),
        )
    }

    fn computed_standing(&self, options: &Options, now: Unix) -> Standing {
        match self.outcome {
            Some(Outcome::Cancelled) => return standing(order::CANCELLED, certificate::CANCELLED),
            Some(Outcome::Rejected) => return standing(order::REJECTED, certificate::REJECTED),
            None => {}
        }
        if self.is_draft() {
            // Drafts of private orders were listed as pending for an approver; of others nothing is
            // known.
            let is_private = self.product_type_id == products::PRIVATE_PKI;
            let status = if is_private {
                certificate::PENDING_FOR_APPROVER
            } else {
                certificate::SETUP_PENDING
            };
            return standing(order::ON_HOLD, status);
        }
        if let Some(issued) = &self.certificate {
            let status = match self.revocation_stage(options, now) {
                Some(RevocationStage::Revoked(_)) => certificate::REVOKED,
                _ if issued.not_after < now => certificate::EXPIRED,
                _ if self.downloaded_at.is_some() => certificate::DOWNLOADED,
                _ => certificate::GENERATED,
            };
            return standing(order::FULFILLED, status);
        }
        if self.csr == Csr::Pending || self.agreement.is_none() {
            return standing(order::PLACED, certificate::SETUP_PENDING);
        }
        if self.domains_are_pending() || self.pending_rounds > 0 {
            return standing(order::ACCEPTED, certificate::PENDING_AUTO_APPROVAL);
        }
        if self.organization_is_pending() {
            return standing(order::ACCEPTED, certificate::PENDING_FOR_APPROVER);
        }
        standing(order::IN_PROGRESS, certificate::APPROVED_BY_SYSTEM)
    }

    /// How far the revocation is, if one was requested.
    pub(crate) fn revocation_stage(&self, options: &Options, now: Unix) -> Option<RevocationStage> {
        let revocation = self.revocation.as_ref()?;
        let processed_at = revocation.requested_at + Unix::from(options.revoke_after);
        Some(if processed_at > now {
            RevocationStage::Initiated
        } else if revocation.refused {
            RevocationStage::Refused(processed_at)
        } else {
            RevocationStage::Revoked(processed_at)
        })
    }
}
