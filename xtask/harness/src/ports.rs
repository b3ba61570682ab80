//! Finds free ports on this machine.

use std::net::{Ipv4Addr, TcpListener};

use anyhow::{Context, Result, bail};

/// A port that nothing listens on at this moment.
///
/// # Errors
///
/// When the system has none to give.
pub fn any() -> Result<u16> {
    let listener =
        TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).context("the system gave no free port")?;
    Ok(listener.local_addr()?.port())
}

/// The wanted port if it is free, else any other.
///
/// # Errors
///
/// When the system has none to give.
pub fn preferably(port: u16) -> Result<u16> {
    if is_free(port) { Ok(port) } else { any() }
}

/// Exactly this port.
///
/// # Errors
///
/// When something else listens on it.
pub fn exactly(port: u16) -> Result<u16> {
    if !is_free(port) {
        bail!("port {port} is taken by another program; stop it or choose another with --port");
    }
    Ok(port)
}

fn is_free(port: u16) -> bool {
    TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_ok()
}
