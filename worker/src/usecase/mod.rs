//! What a caller can ask for: a file per wish.

pub mod admit_held;
pub mod approval;
pub mod audit;
pub mod audit_prune;
pub mod cancel;
pub mod certificates;
pub mod check;
pub mod credentials;
pub mod csr;
pub mod dcv;
pub mod dead_letters;
pub mod delete;
pub mod dump;
mod gather;
pub mod import;
pub mod license;
pub mod lists;
pub mod order_view;
pub mod place_order;
pub mod reseal;
pub mod restore;
pub mod revoke;
pub mod stop_job;
pub mod summary;
pub mod sync;
pub mod tokens;
pub mod validate_order;
