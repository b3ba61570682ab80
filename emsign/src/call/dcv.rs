//! Showing control of a domain.

use certwright_core::{
    ca::{CaOrderNumber, DcvChallenge, DcvMethod},
    fault::{CaRefusal, Unanswered},
    time::Timestamp,
};
use serde::Serialize;

use crate::{
    codec::Data,
    exchange::Call,
    refusal,
    wire::dcv::{DcvBody, DcvWire, method_number},
};

/// `GetDcv`: what to publish (emSign API reference, A12.4). Within seconds of the order it is
/// refused with `EMS-956`: the challenge is not there yet.
#[derive(Clone, Debug)]
pub struct GetDcv {
    /// The order.
    pub order_number: CaOrderNumber,
    /// The e-mail address of the order's requestor.
    pub requestor_email: String,
    /// The name, as the order's status lists it.
    pub domain: String,
    /// How control will be shown.
    pub method: DcvMethod,
}

impl Call for GetDcv {
    const OPERATION: &'static str = "GetDcv";
    const CHANGES: bool = false;
    type Reply = DcvChallenge;

    fn body(&self) -> impl Serialize {
        DcvBody {
            dcv_details: DcvWire {
                requestor_email: &self.requestor_email,
                order_number: self.order_number.as_str(),
                domain_name: &self.domain,
                dcv_method: method_number(self.method),
                dcv_email: None,
            },
        }
    }

    fn read(&self, data: &Data<'_>, _asked_at: Timestamp) -> Result<DcvChallenge, Unanswered> {
        let details = data.required_object("dcvDetails")?;
        Ok(match self.method {
            DcvMethod::DnsTxt => DcvChallenge::DnsTxt {
                token: details.required_text("token")?,
            },
            DcvMethod::HttpFile => DcvChallenge::HttpFile {
                file_name: details.required_text("fileName")?,
                content: details.required_text("fileContent")?,
            },
            DcvMethod::Email => {
                let addresses = details.texts("dcvEmails");
                if addresses.is_empty() {
                    return Err(details.missing("dcvEmails"));
                }
                DcvChallenge::Email { addresses }
            }
        })
    }
}

/// `VerifyDcv`: asks the CA to look (emSign API reference, A12.5). A domain that is verified
/// already counts as success.
#[derive(Clone, Debug)]
pub struct VerifyDcv {
    /// The order.
    pub order_number: CaOrderNumber,
    /// The e-mail address of the order's requestor.
    pub requestor_email: String,
    /// The name, as the order's status lists it.
    pub domain: String,
    /// How control is shown.
    pub method: DcvMethod,
    /// For [`DcvMethod::Email`]: one of the offered addresses, to which the CA sends its message.
    pub email_address: Option<String>,
}

impl Call for VerifyDcv {
    const OPERATION: &'static str = "VerifyDcv";
    const CHANGES: bool = true;
    type Reply = ();

    fn body(&self) -> impl Serialize {
        let wants_email = self.method == DcvMethod::Email;
        DcvBody {
            dcv_details: DcvWire {
                requestor_email: &self.requestor_email,
                order_number: self.order_number.as_str(),
                domain_name: &self.domain,
                dcv_method: method_number(self.method),
                dcv_email: self.email_address.as_deref().filter(|_| wants_email),
            },
        }
    }

    fn read(&self, _data: &Data<'_>, _asked_at: Timestamp) -> Result<(), Unanswered> {
        Ok(())
    }

    fn settled_by(&self, refusal: &CaRefusal) -> Option<()> {
        (refusal.code.as_deref() == Some(refusal::DOMAIN_ALREADY_VERIFIED)).then_some(())
    }
}
