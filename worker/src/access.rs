//! The keys of the Cloudflare Access team: from the cache while they will do, else from the team.

use certwright_core::access::{KEYS_KEPT, KeyPicture, TeamDomain};

use crate::platform::Platform;

/// The team's keys, as good as they can be had for verifying with the key `id`. Empty when the
/// team's address has never answered.
pub async fn keys<P: Platform>(platform: &P, team: &TeamDomain, id: &str) -> KeyPicture {
    let name = format!("access-keys/{}", team.as_str());
    let kept = platform.cached(&name).await;
    let kept: Option<KeyPicture> = kept.and_then(|text| serde_json::from_str(&text).ok());
    let now = platform.now();
    let kept = match kept {
        Some(kept) if !KeyPicture::is_wanting(Some(&kept), id, now) => return kept,
        other => other,
    };
    let reply = platform.team_keys(team).await.ok();
    let read = reply.map(|reply| KeyPicture::read(&reply, now));
    let picture = match read {
        Some(Ok(picture)) => picture,
        _ => {
            platform.log("the keys of the Access team could not be had");
            KeyPicture::unanswered(kept, now)
        }
    };
    if let Ok(text) = serde_json::to_string(&picture) {
        platform.cache(&name, text, KEYS_KEPT).await;
    }
    picture
}
