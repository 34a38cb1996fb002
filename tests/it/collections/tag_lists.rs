//! Lists of tags.

use kobako::model::Category;

use super::{World, counts, reasons, tag_names};
use crate::shared_data;

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

#[test]
fn aliases_and_categories_reach_the_tags_that_are_there() {
    let mut world = World::new();
    let records = world.write(
        "records.jsonl",
        "{\"id\": 1, \"tags\": \"valentines hatsune_miku sky\"}\n",
    );
    let aliases = world.write(
        "aliases.csv",
        "antecedent,consequent\nvalentines,valentine\nvalentine,valentines\nDark Elf,drow\n",
    );
    let tags = world.write(
        "tags.csv",
        "name,category,count,aliases\nhatsune_miku,4,9,\"miku,hatsune\"\nother_tag,1,5,other\n",
    );
    // Lists come last, wherever they are named.
    let report = world
        .try_import(&[aliases.clone(), tags.clone(), records])
        .unwrap();
    assert_eq!(counts(&report), [1, 0, 0, 0, 1], "{report:?}");
    assert!(report.failed[0].reason.contains("valentine"), "{report:?}");
    let post = world.post_of("records", 1);
    assert_eq!(tag_names(&post), ["hatsune_miku", "sky", "valentine"]);
    assert_eq!(post.tags[0].2, Category::Character);
    let mut known = Vec::new();
    world
        .reader()
        .for_each_alias(&mut |alias, _| known.push(alias.to_owned()))
        .unwrap();
    assert_eq!(known, ["hatsune", "miku", "valentines"]);
    // The one whose tag comes later waits for it.
    let records = world.write("later.jsonl", "{\"id\": 2, \"tags\": \"dark_elf\"}\n");
    world.import(records);
    assert_eq!(tag_names(&world.post_of("later", 2)), ["drow"]);
}

#[test]
fn all_of_danbooru() {
    let Some(data) = shared_data() else {
        return;
    };
    let mut world = World::new();
    let records = world.write(
        "records.jsonl",
        "{\"id\": 1, \"tags\": \"1girls highres valentines drow hatsune_miku\"}\n",
    );
    let lists = [
        "danbooru_aliases.csv",
        "danbooru_implications.csv",
        "danbooru_tags.csv",
    ];
    let mut paths = vec![records];
    paths.extend(lists.iter().map(|it| data.join("tags").join(it)));
    let report = world.try_import(&paths).unwrap();
    assert!(report.failed.len() < 20, "{report:?}");
    let post = world.post_of("records", 1);
    let categories: Vec<_> = post.tags.iter().map(|it| (it.1.as_str(), it.2)).collect();
    assert!(
        categories.contains(&("highres", Category::Meta)),
        "{categories:?}"
    );
    assert!(categories.contains(&("hatsune_miku", Category::Character)));
    assert!(tag_names(&post).contains(&"valentine"));
    assert!(tag_names(&post).contains(&"dark_elf"));
}
