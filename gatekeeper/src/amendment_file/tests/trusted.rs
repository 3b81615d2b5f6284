//! What a change by a person does to trust in the project.

use super::*;
use crate::{Layers, Places, Trust, TrustStore};

const BY_HAND: &str = "work/.execpolicy/team.rules";

fn layers(place: &Place) -> Layers {
    let places = Places {
        workspace: Some(place.path("work")),
        store: Some(place.path("data/execpolicy")),
        ..Places::default()
    };
    Layers::find(&places, &[])
}

fn trusts(place: &Place) {
    let store = TrustStore::at(place.path("data/execpolicy"));
    store.trust(layers(place).project().unwrap()).unwrap();
}

fn is_trusted(place: &Place) -> bool {
    matches!(layers(place).trust(), Trust::Given | Trust::Nothing)
}

#[test]
fn a_project_that_was_trusted_stays_so() {
    let place = Place::new();
    place.put(BY_HAND, "prefix_rule(['apple'])\n");
    trusts(&place);
    let approved = place.approved(RuleScope::Project);
    approved.add(&rule("a")).unwrap();
    assert!(is_trusted(&place));
    approved.add(&rule("b")).unwrap();
    approved.remove(2).unwrap();
    assert!(is_trusted(&place));
    for _ in 0..3 {
        undo(&place.context()).unwrap();
        assert!(is_trusted(&place));
    }
    assert_eq!(place.text(PROJECT), None);
}

#[test]
fn the_first_rule_of_a_project_counts() {
    let place = Place::new();
    place.approved(RuleScope::Project).add(&rule("a")).unwrap();
    assert!(matches!(layers(&place).trust(), Trust::Given));
}

#[test]
fn nobody_vouches_for_what_others_wrote() {
    let place = Place::new();
    place.put(BY_HAND, "prefix_rule(['apple'])\n");
    place.approved(RuleScope::Project).add(&rule("a")).unwrap();
    assert!(matches!(layers(&place).trust(), Trust::Never));

    trusts(&place);
    place.put(BY_HAND, "prefix_rule(['apple', 'x'])\n");
    place.approved(RuleScope::Project).add(&rule("b")).unwrap();
    assert!(matches!(layers(&place).trust(), Trust::Withdrawn { .. }));
    undo(&place.context()).unwrap();
    assert!(matches!(layers(&place).trust(), Trust::Withdrawn { .. }));

    place.user().add(&rule("c")).unwrap();
    assert!(matches!(layers(&place).trust(), Trust::Withdrawn { .. }));
}
