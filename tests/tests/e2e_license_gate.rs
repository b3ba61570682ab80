//! license_gate
