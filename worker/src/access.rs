//! The keys of the Cloudflare Access team: from the cache while they will do, else from the team.
//!
//! What the cache holds is believed only with a tag of the Worker's: who can write the cache could else
//! sign in as anybody, with keys of their own. The tag holds for the team and for the time at which the
//! keys were read, so an old answer ages like any other.

use certwright_core::{
    access::{KEYS_KEPT, KeyPicture, TeamDomain},
    binding::Purpose,
};

use crate::{binding, platform::Platform};

/// The team's keys, as good as they can be had for verifying with the key `id`. Empty when the
/// team's address has never answered.
pub async fn keys<P: Platform>(platform: &P, team: &TeamDomain, id: &str) -> KeyPicture {
    let name = format!("access-keys/{}", team.as_str());
    let kept = platform.cached(&name).await;
    let kept = kept.and_then(|text| open(platform, team, &text));
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
    if let Some(text) = closed(platform, team, &picture) {
        platform.cache(&name, text, KEYS_KEPT).await;
    }
    picture
}

/// The text for the cache: a tag, a line feed, the keys.
fn closed(platform: &impl Platform, team: &TeamDomain, picture: &KeyPicture) -> Option<String> {
    let text = serde_json::to_string(picture).ok()?;
    let tag = binding::bind(platform, Purpose::AccessKeys, &[team.as_str(), &text]);
    Some(format!("{}\n{text}", tag.ok()?))
}

fn open(platform: &impl Platform, team: &TeamDomain, text: &str) -> Option<KeyPicture> {
    let (tag, text) = text.split_once('\n')?;
    if !binding::holds(platform, Purpose::AccessKeys, &[team.as_str(), text], tag) {
        platform.log("the cached keys of the Access team are not what was cached");
        return None;
    }
    serde_json::from_str(text).ok()
}
