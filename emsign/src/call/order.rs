//! Placing an order, and cancelling one that is not issued.

use certwright_core::{
    ca::{Booked, CaOrderNumber, CaRequestNumber, NewOrder},
    fault::Unanswered,
    revocation::Remark,
    time::Timestamp,
};
use serde::Serialize;

use crate::{
    codec::Data,
    exchange::Call,
    hosts::is_ca_page,
    wire::{
        OrderDetails,
        order::{
            AdditionalWire, AgreementWire, CertificateWire, NewOrderWire, OrderOrganizationWire,
            RejectWire, RequestorWire, SubscriptionWire,
        },
    },
};

/// `GenerateOrderSSL`: places a TLS order (emSign API reference, A11).
#[derive(Clone, Debug)]
pub struct GenerateOrderSsl(pub NewOrder);

impl Call for GenerateOrderSsl {
    const OPERATION: &'static str = "GenerateOrderSSL";
    const CHANGES: bool = true;
    const BOOKS: bool = true;
    type Reply = Booked;

    fn body(&self) -> impl Serialize {
        let order = &self.0;
        OrderDetails {
            order_details: NewOrderWire {
                product_code: &order.product_code,
                accounting_model: "2",
                save_and_hold: "0",
                email_notifications: "1",
                group_number: &order.group_number,
                // The CA's default adds a `www.` name that nobody asked for.
                auto_secure_www: "0",
                requestor_information: RequestorWire {
                    requestor_name: &order.requestor.name,
                    requestor_isd_code: &order.requestor.isd_code,
                    requestor_mobile_number: &order.requestor.phone,
                    requestor_email: &order.requestor.email,
                    requestor_designation: order.requestor.designation.as_deref(),
                },
                // Renewals are Certwright's to plan; the CA's own would order behind its back.
                subscription_details: SubscriptionWire {
                    validity: order.validity_years.to_string(),
                    auto_renew: "0",
                    renew_criteria: "30",
                },
                organization_details: organization(order),
                certificate_information: CertificateWire {
                    domain_name: order.primary.to_string(),
                    additional_domains: order.additional.iter().map(ToString::to_string).collect(),
                },
                csr: &order.csr_pem,
                agreement_details: AgreementWire {
                    accept_agreement: "1",
                    signer_name: &order.agreement.signer_name,
                    signer_place: &order.agreement.signer_place,
                    signer_ip: &order.agreement.signer_ip,
                },
                // Documented as optional, yet refused without remarks (`EMS-918`, A11.1).
                additional_information: AdditionalWire {
                    remarks: remarks(order),
                    tags: [order.reference.tag()],
                },
            },
        }
    }

    fn read(&self, data: &Data<'_>, _asked_at: Timestamp) -> Result<Booked, Unanswered> {
        let order = data.required_object("orderDetails")?;
        let number = order.required_text("orderNumber")?;
        Ok(Booked {
            order_number: CaOrderNumber::try_from(number)
                .map_err(|_| order.missing("orderNumber"))?,
            request_number: order
                .text("requestNumber")
                .and_then(|text| CaRequestNumber::try_from(text).ok()),
            // Spelt otherwise than in a status (A11); names are read in any case.
            tracking_url: order.text("trackingURL").filter(|url| is_ca_page(url)),
        })
    }
}

fn organization(order: &NewOrder) -> OrderOrganizationWire<'_> {
    match &order.organization {
        Some(organization) => OrderOrganizationWire {
            pre_vetting: "1",
            organization_number: &organization.number,
            prevetting_token: organization.prevetting_token.as_deref(),
        },
        None => OrderOrganizationWire {
            pre_vetting: "0",
            organization_number: "",
            prevetting_token: Some(""),
        },
    }
}

/// The reference stands in the remarks too, should tags get lost on the way.
fn remarks(order: &NewOrder) -> String {
    format!("{} [Certwright {}]", order.remarks.trim(), order.reference)
        .trim()
        .to_owned()
}

/// `RejectOrder`: cancels an order before issue (emSign API reference, A16.2).
#[derive(Clone, Debug)]
pub struct RejectOrder {
    /// The order.
    pub order_number: CaOrderNumber,
    /// Why.
    pub remark: Remark,
}

impl Call for RejectOrder {
    const OPERATION: &'static str = "RejectOrder";
    const CHANGES: bool = true;
    type Reply = ();

    fn body(&self) -> impl Serialize {
        OrderDetails {
            order_details: RejectWire {
                order_number: self.order_number.as_str(),
                reject_remarks: self.remark.as_str(),
            },
        }
    }

    fn read(&self, _data: &Data<'_>, _asked_at: Timestamp) -> Result<(), Unanswered> {
        Ok(())
    }
}
