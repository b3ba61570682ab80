//! Every endpoint × every kind of caller × own and foreign things: what happens is what the core's
//! table says.

use certwright_api::endpoint::Endpoint;
use certwright_core::permission::{Place, Reach, Role, Standing, Verdict, judge};
use http::Method;

use crate::{
    aims::{self, Aim},
    stage::{Stage, ask, token},
};

/// A kind of caller with the token for it.
struct Kind {
    name: String,
    secret: Option<String>,
    standing: Option<Standing>,
}

fn kinds(stage: &Stage) -> Vec<Kind> {
    let nobody = ["nobody", "somebody unknown"].map(|name| Kind {
        name: name.to_owned(),
        secret: (name != "nobody").then(|| format!("cw_{}", "a".repeat(52))),
        standing: None,
    });
    let mut kinds = Vec::from(nobody);
    for role in Role::ALL {
        for is_scoped in [false, true] {
            let scope = is_scoped.then_some(stage.own.credential.as_str());
            kinds.push(Kind {
                name: format!("{role:?}, scoped: {is_scoped}"),
                secret: Some(token(&stage.story.world, role, scope).0),
                standing: Some(Standing { role, is_scoped }),
            });
        }
    }
    kinds
}

/// Endpoints of things that the stage does not have at the time.
fn is_absent(endpoint: Endpoint) -> bool {
    endpoint == Endpoint::GiveUpRestore
}

fn check(stage: &Stage, endpoint: Endpoint, kind: &Kind, place: Place, aim: &Aim) -> Verdict {
    let verdict = judge(endpoint.action(), endpoint.reach(), kind.standing, place);
    let world = stage.copy();
    let (secret, body) = (kind.secret.as_deref(), aim.body.as_ref());
    let reply = ask(&world, secret, &endpoint.method(), &aim.path, body);
    let case = format!(
        "{endpoint:?} by {} at {place:?}, {}: {} {}",
        kind.name, aim.path, reply.status, reply.text
    );
    match verdict {
        Verdict::NotSignedIn => assert_eq!(reply.status, 401, "{case}"),
        Verdict::RoleTooLow => {
            assert_eq!(
                (reply.status, reply.code().as_str()),
                (403, "role-too-low"),
                "{case}"
            );
        }
        Verdict::ScopeTooNarrow => {
            assert_eq!(
                (reply.status, reply.code().as_str()),
                (403, "scope-too-narrow"),
                "{case}"
            );
        }
        Verdict::Hidden => {
            assert_eq!(
                (reply.status, reply.code().as_str()),
                (404, "not-found"),
                "{case}"
            );
        }
        Verdict::Allowed => {
            let is_refused = matches!(reply.status, 401 | 403 | 404 | 500..);
            assert!(is_absent(endpoint) || !is_refused, "{case}");
            // The order is issued, so its domain waits for nothing.
            if endpoint.method() == Method::GET && endpoint != Endpoint::GetDcv {
                assert_eq!(reply.status, 200, "{case}");
            }
        }
    }
    verdict
}

#[test]
fn every_endpoint_treats_every_caller_as_the_table_says() {
    let stage = Stage::set();
    let kinds = kinds(&stage);
    let mut verdicts = Vec::new();
    for endpoint in Endpoint::ALL.iter().copied() {
        let mut aims = Vec::new();
        for (place, account) in [
            (Place::Inside, &stage.own),
            (Place::Outside, &stage.foreign),
        ] {
            aims.extend(aims::at(&stage, endpoint, account).map(|aim| (place, aim)));
        }
        assert_eq!(
            endpoint.reach().is_one_thing(),
            aims.len() == 2 && { endpoint.template().contains('{') }
        );
        // Whatever can do without naming an account is tried without.
        if !endpoint.reach().is_one_thing() {
            aims.push((Place::Inside, aims::at_nothing(&stage, endpoint)));
        }
        for (place, aim) in &aims {
            for kind in &kinds {
                verdicts.push(check(&stage, endpoint, kind, *place, aim));
            }
        }
    }
    // The test has seen each verdict, and not just a few times.
    for verdict in [
        Verdict::Allowed,
        Verdict::NotSignedIn,
        Verdict::RoleTooLow,
        Verdict::ScopeTooNarrow,
        Verdict::Hidden,
    ] {
        let seen = verdicts.iter().filter(|one| **one == verdict).count();
        assert!(seen >= 15, "{verdict:?}: {seen}");
    }
}

#[test]
fn what_is_foreign_answers_exactly_like_what_does_not_exist() {
    let stage = Stage::set();
    let (secret, _) = token(&stage.story.world, Role::Admin, Some(&stage.own.credential));
    for endpoint in Endpoint::ALL.iter().copied() {
        if !endpoint.reach().is_one_thing() {
            continue;
        }
        let aim = aims::at(&stage, endpoint, &stage.foreign).unwrap();
        let id = aim.path.split('/').find(|part| part.contains('_')).unwrap();
        let prefix = id.split_once('_').unwrap().0;
        let missing = aim
            .path
            .replace(id, &format!("{prefix}_{}", "a".repeat(26)));
        let world = stage.copy();
        let method = endpoint.method();
        let [foreign, missing] = [&aim.path, &missing].map(|path| {
            let mut reply = ask(&world, Some(&secret), &method, path, aim.body.as_ref()).json();
            reply["instance"].take();
            reply
        });
        assert_eq!(foreign, missing, "{endpoint:?}");
        assert_eq!(foreign["status"], 404, "{endpoint:?}");
    }
    assert_eq!(
        Reach::ALL
            .iter()
            .filter(|reach| reach.is_one_thing())
            .count(),
        7
    );
}
