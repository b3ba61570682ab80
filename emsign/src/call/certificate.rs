//! An order's CSR, its certificate, and its revocation.

use certwright_core::{
    ca::{CaOrderNumber, IssuedPem},
    fault::Unanswered,
    revocation::{Remark, RevocationReason},
    time::Timestamp,
};
use serde::Serialize;

use crate::{
    codec::Data,
    exchange::Call,
    wire::{
        OrderDetails,
        order::{CertificateOfWire, RevocationBody, RevokeWire, SubmitCsrWire},
    },
};

/// `SubmitCSR`: attaches a CSR to an order that came without (emSign API reference, A12.1).
#[derive(Clone, Debug)]
pub struct SubmitCsr {
    /// The order.
    pub order_number: CaOrderNumber,
    /// The e-mail address of the order's requestor.
    pub requestor_email: String,
    /// PEM of the request.
    pub csr_pem: String,
}

impl Call for SubmitCsr {
    const OPERATION: &'static str = "SubmitCSR";
    const CHANGES: bool = true;
    type Reply = ();

    fn body(&self) -> impl Serialize {
        OrderDetails {
            order_details: SubmitCsrWire {
                order_number: self.order_number.as_str(),
                requestor_email: &self.requestor_email,
                csr: &self.csr_pem,
            },
        }
    }

    fn read(&self, _data: &Data<'_>, _asked_at: Timestamp) -> Result<(), Unanswered> {
        Ok(())
    }
}

/// `GetCertificate`: the certificate and its chain (emSign API reference, A15).
///
/// The file may lag behind an "issued" status by seconds; then the end entity certificate is empty,
/// which is an [`Unanswered`] reply: ask again.
#[derive(Clone, Debug)]
pub struct GetCertificate {
    /// The order.
    pub order_number: CaOrderNumber,
    /// The e-mail address of the order's requestor.
    pub requestor_email: String,
}

impl Call for GetCertificate {
    const OPERATION: &'static str = "GetCertificate";
    const CHANGES: bool = false;
    type Reply = IssuedPem;

    fn body(&self) -> impl Serialize {
        OrderDetails {
            order_details: CertificateOfWire {
                order_number: self.order_number.as_str(),
                requestor_email: &self.requestor_email,
            },
        }
    }

    fn read(&self, data: &Data<'_>, _asked_at: Timestamp) -> Result<IssuedPem, Unanswered> {
        let details = data.required_object("certificateDetails")?;
        let others = ["subCACertificate", "caCertificate", "rootCertificate"];
        Ok(IssuedPem {
            leaf: details.required_text("endEntityCertificate")?,
            others: others
                .into_iter()
                .filter_map(|name| details.text(name))
                .collect(),
            is_interim: details.is_set("interimDv"),
        })
    }
}

/// `RevokeOrder`: asks for revocation; `TrackOrder` tells what became of it (emSign API reference,
/// A16.1).
#[derive(Clone, Debug)]
pub struct RevokeOrder {
    /// The order.
    pub order_number: CaOrderNumber,
    /// The e-mail address of the order's requestor.
    pub requestor_email: String,
    /// Why.
    pub reason: RevocationReason,
    /// Why, in words; mandatory.
    pub remark: Remark,
}

impl Call for RevokeOrder {
    const OPERATION: &'static str = "RevokeOrder";
    const CHANGES: bool = true;
    type Reply = ();

    fn body(&self) -> impl Serialize {
        RevocationBody {
            revocation_details: RevokeWire {
                order_number: self.order_number.as_str(),
                requestor_email: &self.requestor_email,
                revoke_reason_id: self.reason.number().to_string(),
                revoke_remarks: self.remark.as_str(),
            },
        }
    }

    fn read(&self, _data: &Data<'_>, _asked_at: Timestamp) -> Result<(), Unanswered> {
        Ok(())
    }
}
