//! Status ids and their texts (emSign API reference, A13.1 and A13.2).
//!
//! Ids are plain numbers here: the control API may set any, also those that do not exist, because
//! a client has to survive them.

/// Order status ids by name.
pub(crate) mod order {
    pub(crate) const PLACED: u16 = 1;
    pub(crate) const ACCEPTED: u16 = 2;
    pub(crate) const IN_PROGRESS: u16 = 3;
    pub(crate) const REJECTED: u16 = 4;
    pub(crate) const CANCELLED: u16 = 5;
    pub(crate) const FULFILLED: u16 = 6;
    pub(crate) const ON_HOLD: u16 = 7;
    pub(crate) const PENDING_APPROVAL: u16 = 8;
}

/// Certificate status ids by name.
pub(crate) mod certificate {
    pub(crate) const SETUP_PENDING: u16 = 1;
    pub(crate) const PENDING_FOR_APPROVER: u16 = 2;
    pub(crate) const REJECTED: u16 = 5;
    pub(crate) const DOWNLOADED: u16 = 9;
    pub(crate) const EXPIRED: u16 = 12;
    pub(crate) const CANCELLED: u16 = 13;
    pub(crate) const APPROVED_BY_SYSTEM: u16 = 15;
    pub(crate) const GENERATED: u16 = 20;
    pub(crate) const REVOKED: u16 = 22;
    pub(crate) const PENDING_AUTO_APPROVAL: u16 = 24;
}

/// The text of an order status, in the live spelling where one is known.
#[must_use]
pub fn order_status_text(id: u16) -> &'static str {
    match id {
        1 => "Order Placed",
        2 => "Order Accepted",
        3 => "Order In-Progress",
        4 => "Order Rejected",
        5 => "Order Cancelled",
        6 => "Order Fulfilled",
        7 => "On Hold",
        8 => "Order Pending for Approval",
        9 => "Order Pending for Account Administrator Approval",
        _ => "Under Migration",
    }
}

/// The text of a certificate status, in the live spelling where one is known. Ids 2 and 24 share
/// theirs.
#[must_use]
pub fn certificate_status_text(id: u16) -> &'static str {
    match id {
        1 => "Setup Pending",
        2 | 24 => "Pending for Approver",
        3 => "Under Discrepancy",
        4 => "Approved",
        5 => "Rejected",
        6 => "Pending Second Approver",
        7 => "Approved by Second Approver",
        8 => "Rejected by Second Approver",
        9 => "Certificate Downloaded",
        12 => "Certificate Expired",
        13 => "Rejected due to Order Cancellation",
        14 => "Auto Rejected",
        15 => "Approved by System",
        16 => "Pending System RA",
        17 => "Approved LRA",
        18 => "Rejected LRA",
        19 => "Invalid Configuration",
        20 => "Certificate Generated",
        21 => "Download Rejected",
        22 => "Certificate Revoked",
        23 => "Rekey Approved",
        25 => "Organization Authorization Pending",
        26 => "Organization Authorized",
        27 => "Organization Rejected LRA",
        _ => "Under Migration",
    }
}
