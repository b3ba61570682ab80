//! Orders that were placed elsewhere and are found in the CA's order report.

use super::{Effect, Event, Order, OrderState, Origin, Pending, Transition, schedule};
use crate::{
    ca::{Observation, ReportRow, Stage, Standing},
    ids::{CredentialId, OrderId},
    time::Timestamp,
};

impl Order {
    /// An order as a row of the report shows it, and the work that it asks for.
    #[must_use]
    pub fn imported(
        id: OrderId,
        credential_id: CredentialId,
        row: &ReportRow,
        now: Timestamp,
    ) -> Transition {
        let stage = match &row.standing {
            Standing::Pending { stage } => stage.clone(),
            _ => Stage::Processing,
        };
        let state = match &row.standing {
            Standing::Pending { .. } | Standing::Issued => OrderState::Pending(Pending {
                stage,
                certificate_status: row.certificate_status.clone(),
                order_status: row.order_status.clone(),
                cancellation: None,
            }),
            Standing::Rejected { text } => OrderState::Rejected { text: text.clone() },
            Standing::Cancelled => OrderState::Cancelled,
            Standing::Expired => OrderState::Expired,
            Standing::Revoked => OrderState::Revoked {
                certificate_id: None,
                reason: None,
                processed_at: None,
            },
        };
        let mut order = Self {
            id,
            credential_id,
            origin: Origin::Imported,
            product_code: row.product_code.clone(),
            group_number: row.group_number.clone(),
            organization_name: row.organization_name.clone(),
            domain: row.domain.clone(),
            additional_domains: Vec::new(),
            csr_id: None,
            key: None,
            ca_order_number: row.order_number.clone(),
            ca_request_number: row.request_number.clone(),
            requestor_email: None,
            tracking_url: None,
            domain_checks: Vec::new(),
            expires_at: row.expires_at,
            approval: None,
            state,
            observed_at: Some(now),
            next_check_at: None,
            ordered_at: row.ordered_at.unwrap_or(now),
            updated_at: now,
            deleted_at: None,
            version: 1,
        };
        order.next_check_at = schedule::next_check(&order, now);
        let fetch = row.standing == Standing::Issued && order.ca_order_number.is_some();
        let transition = Transition {
            order,
            effects: Vec::new(),
            is_change: true,
        };
        if fetch {
            transition.with(Effect::FetchCertificate)
        } else {
            transition
        }
    }

    /// What a row of the report changes in an order that is known already. A row that says
    /// nothing new changes nothing, so that a second import writes nothing.
    #[must_use]
    pub fn seen_in_report(
        &self,
        row: &ReportRow,
        asked_at: Timestamp,
        now: Timestamp,
    ) -> Transition {
        let says_nothing_new = match (&self.state, &row.standing) {
            (OrderState::Pending(pending), Standing::Pending { stage }) => {
                pending.certificate_status.id == row.certificate_status.id
                    && pending.order_status.id == row.order_status.id
                    // The report knows less than a status check: it cannot tell the stages apart.
                    || pending.stage == *stage
            }
            (OrderState::Held(_) | OrderState::Fulfilled(_), standing) => {
                !matches!(standing, Standing::Revoked | Standing::Expired)
                    || (matches!(self.state, OrderState::Fulfilled(_))
                        && *standing == Standing::Expired)
            }
            (state, _) => state.is_final(),
        };
        if says_nothing_new {
            return Transition::unchanged(self);
        }
        let observation = Observation {
            at: asked_at,
            standing: row.standing.clone(),
            certificate_status: row.certificate_status.clone(),
            order_status: row.order_status.clone(),
            revocation: None,
            domains: Vec::new(),
            tracking_url: None,
            requestor_email: None,
        };
        self.apply(Event::Observed(Box::new(observation)), now)
            .unwrap_or_else(|_| Transition::unchanged(self))
    }
}
