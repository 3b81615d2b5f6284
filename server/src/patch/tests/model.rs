//! Random patches of random trees, against a model that has nothing but a map.

use proptest::prelude::*;

use super::*;

const NAMES: [&str; 6] = ["a", "b", "c", "d/a", "d/b", "e/f/g"];

type Model = BTreeMap<String, String>;

fn model() -> impl Strategy<Value = Model> {
    prop::collection::btree_map(
        prop::sample::select(&NAMES[..]).prop_map(str::to_owned),
        "[xyz\n]{0,8}",
        0..6,
    )
}

#[derive(Clone, Debug)]
enum Wish {
    Add(String),
    Delete,
    Update(String),
    Move(&'static str, String),
}

fn wish() -> impl Strategy<Value = Wish> {
    let text = || "[xyz\n]{0,8}";
    prop_oneof![
        text().prop_map(Wish::Add),
        Just(Wish::Delete),
        text().prop_map(Wish::Update),
        (prop::sample::select(&NAMES[..]), text()).prop_map(|(to, text)| Wish::Move(to, text)),
    ]
}

/// The changes, and what they make of the model; `None` where they are in conflict with it.
fn patched(model: &Model, wishes: &BTreeMap<&'static str, Wish>) -> (Vec<FileChange>, Option<Model>) {
    let mut result = Some(model.clone());
    let mut touched = Vec::new();
    let mut changes = Vec::new();
    for (path, wish) in wishes {
        let is = model.get(*path).cloned();
        let old = is.clone().unwrap_or_default();
        touched.push(*path);
        let diff = |new: &str| {
            similar::TextDiff::from_lines(&old, new)
                .unified_diff()
                .to_string()
        };
        let mut fits = true;
        let mut set: Vec<(&str, Option<&String>)> = Vec::new();
        match wish {
            Wish::Add(text) => {
                changes.push(add(path, text));
                fits &= is.is_none();
                set.push((path, Some(text)));
            }
            Wish::Delete => {
                changes.push(delete(path, &old));
                fits &= is.is_some();
                set.push((path, None));
            }
            Wish::Update(text) => {
                changes.push(update(path, &diff(text)));
                fits &= is.is_some() && old != *text;
                set.push((path, Some(text)));
            }
            Wish::Move(to, text) => {
                changes.push(moved(path, to, &diff(text)));
                fits &= is.is_some() && !model.contains_key(*to);
                touched.push(to);
                set.push((path, None));
                set.push((to, Some(text)));
            }
        }
        if !fits {
            result = None;
        }
        if let Some(result) = &mut result {
            for (path, text) in set {
                match text {
                    Some(text) => drop(result.insert(path.to_owned(), text.clone())),
                    None => drop(result.remove(path)),
                }
            }
        }
    }
    let all = touched.len();
    touched.sort_unstable();
    touched.dedup();
    (changes, result.filter(|_| all == touched.len()))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    #[test]
    fn a_patch_makes_what_a_map_makes(
        model in model(),
        wishes in prop::collection::btree_map(prop::sample::select(&NAMES[..]), wish(), 1..4),
        fault in prop::option::of(0_usize..40),
    ) {
        let ground = Ground::new();
        for (path, text) in &model {
            ground.put(path, text);
        }
        let before = ground.holds();
        let (changes, wanted) = patched(&model, &wishes);
        fault::set(fault.map(|step| (step, Fault::Fails)));
        let applied = ground.apply(&changes);
        let was_faulty = fault.is_some() && fault::is_over();
        fault::set(None);
        recover(&ground.options());
        prop_assert_eq!(ground.journals(), 0);
        if applied.is_ok() {
            let wanted = wanted.expect("it was in conflict");
            let files: Model = ground.holds().into_iter().filter_map(|(path, (_, text))| {
                Some((path, String::from_utf8(text?).unwrap()))
            }).collect();
            prop_assert_eq!(files, wanted);
        } else {
            prop_assert!(wanted.is_none() || was_faulty, "{:?}", applied);
            prop_assert_eq!(ground.holds(), before);
        }
    }
}
