//! The operations, a file per group: what each asks, and how the data of its success reads.

mod certificate;
mod dcv;
mod directory;
mod order;
mod report;
mod track;

pub use certificate::{GetCertificate, RevokeOrder, SubmitCsr};
pub use dcv::{GetDcv, VerifyDcv};
pub use directory::{
    GetDomainDetails, GetGroupDetails, GetOrganizationDetails, GetProductDetails,
    ValidateCredentials,
};
pub use order::{GenerateOrderSsl, RejectOrder};
pub use report::GetOrderReport;
pub use track::TrackOrder;
