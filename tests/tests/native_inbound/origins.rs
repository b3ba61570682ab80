//! Which other origins may read replies.

use certwright_core::origin::ExtensionOrigins;
use certwright_tests::story::Story;
use http::Response;

use crate::{Asked, send, signed_in};

const EXTENSION: &str = "chrome-extension://abcdefghijklmnopabcdefghijklmnop";
const STRANGER: &str = "chrome-extension://ponmlkjihgfedcbaponmlkjihgfedcba";

fn preflight(story: &Story, origin: &str) -> Response<Vec<u8>> {
    let headers = [
        ("origin", origin),
        ("access-control-request-method", "POST"),
        (
            "access-control-request-headers",
            "authorization,content-type",
        ),
    ];
    send(
        story,
        &Asked {
            method: "OPTIONS",
            headers: &headers,
            ..Asked::default()
        },
    )
}

#[test]
fn no_origin_may_read_replies_unless_the_deployment_names_it() {
    let story = Story::begin(0);
    for origin in [EXTENSION, "https://evil.example", "null"] {
        let reply = preflight(&story, origin);
        assert_eq!(reply.status(), 405);
        let crossed = [("origin", origin)];
        let asked = Asked {
            headers: &crossed,
            ..Asked::default()
        };
        for reply in [reply, signed_in(&story, &asked)] {
            assert!(
                !reply
                    .headers()
                    .keys()
                    .any(|name| name.as_str().starts_with("access-control-")),
                "{reply:?}"
            );
        }
    }
}

#[test]
fn a_named_extension_may_and_no_other() {
    let mut story = Story::begin(0);
    let origins = ExtensionOrigins::parse(EXTENSION).unwrap();
    story.world.settings_mut().extension_origins = origins;
    let reply = preflight(&story, EXTENSION);
    assert_eq!(reply.status(), 204);
    let headers = reply.headers();
    assert_eq!(headers["access-control-allow-origin"], EXTENSION);
    assert_eq!(headers["access-control-allow-methods"], "POST, GET");
    assert_eq!(headers["vary"], "origin");
    assert!(headers.get("access-control-allow-credentials").is_none());
    let asked = Asked {
        headers: &[("origin", EXTENSION)],
        ..Asked::default()
    };
    let read = signed_in(&story, &asked);
    assert_eq!(read.headers()["access-control-allow-origin"], EXTENSION);
    // What is allowed is to read, not to enter: a token is needed as before.
    assert_eq!(send(&story, &asked).status(), 401);

    for other in [STRANGER, "https://evil.example", "null", "*"] {
        let reply = preflight(&story, other);
        assert_eq!(reply.status(), 405, "{other}");
        assert!(reply.headers().get("access-control-allow-origin").is_none());
        assert_eq!(reply.headers()["vary"], "origin");
    }
}
