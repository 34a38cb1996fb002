//! Lists of tags.

use super::{World, reasons};

#[test]
fn a_list_has_to_say_what_it_is() {
    let mut world = World::new();
    let pairs = "antecedent,consequent\nvalentines,valentine\n";
    let path = world.write("list.csv", pairs);
    let refusal = world.refusal(&path);
    assert!(refusal.contains("file's name"), "{refusal}");
    let path = world.write("other.csv", "a,b\n1,2\n");
    let refusal = world.refusal(&path);
    assert!(refusal.contains("antecedent,consequent"), "{refusal}");
    assert!(
        world
            .refusal(world.at("none_aliases.csv"))
            .contains("can't be read")
    );
    let path = world.write("aliases.csv", pairs);
    let report = world.import(&path);
    assert!(report.failed.is_empty());
    assert_eq!(report.notes[0].text, "1 aliases read");
    assert_eq!(report.notes[0].path, path);
}

#[test]
fn lines_that_can_not_be_used_are_told() {
    let mut world = World::new();
    let mut text = b"antecedent,consequent\na,b\nc\nd,d\n\xff,x\n,y\n".to_vec();
    text.extend(b"e,f\n");
    let path = world.write("implications.csv", text);
    let report = world.import(&path);
    let reasons = reasons(&report);
    assert_eq!(reasons.len(), 4, "{reasons:?}");
    for (reason, line) in reasons.iter().zip([3, 4, 5, 6]) {
        assert!(reason.starts_with(&format!("line {line}: ")), "{reason}");
    }
    assert_eq!(report.notes[0].text, "2 implications read");
}
