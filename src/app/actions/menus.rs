//! In which order actions stand in the menus, and which of them belong together.

use super::{Action, Menu, all};

/// The groups of each menu, by the ids of actions. What stands in none comes after
/// what is before it in the list of its part.
const GROUPS: &[&[&str]] = &[
    // Library
    &["library.import", "library.failures", "library.retry"],
    &["library.open", "library.usual", "library.demo"],
    &["window.quit"],
    // Edit
    &["edit.undo", "edit.redo"],
    &[
        "grid.select_all",
        "grid.invert_selection",
        "grid.select_nothing",
    ],
    // Search
    &[
        "search.focus",
        "search.everything",
        "search.sort",
        "search.refresh",
    ],
    &["search.save", "search.forget"],
    &["search.toggle_filter", "search.use_as_filter"],
    &["tabs.back", "tabs.forward"],
    &[
        "tabs.new",
        "tabs.close",
        "tabs.reopen",
        "tabs.next",
        "tabs.previous",
    ],
    &[
        "tabs.show_1",
        "tabs.show_2",
        "tabs.show_3",
        "tabs.show_4",
        "tabs.show_5",
    ],
    // View
    &[
        "view.posts",
        "side_bar.toggle",
        "view.memory",
        "view.back",
        "viewer.fullscreen",
    ],
    &["viewer.info", "similar.strip"],
    &["grid.go_to", "grid.peek"],
    &[
        "grid.larger",
        "grid.smaller",
        "grid.badges",
        "grid.hover_preview",
    ],
    &[
        "viewer.fit",
        "viewer.fit_width",
        "viewer.real",
        "viewer.toggle_real",
        "viewer.zoom_in",
        "viewer.zoom_out",
    ],
    &["viewer.left", "viewer.right", "viewer.up", "viewer.down"],
    &[
        "viewer.rotate",
        "viewer.rotate_back",
        "viewer.mirror",
        "viewer.flip",
        "viewer.reset",
        "viewer.background",
    ],
    &["view.larger", "view.smaller", "view.normal_size"],
    &[
        "view.theme_system",
        "view.theme_light",
        "view.theme_dark",
        "view.theme_contrast",
        "view.theme_contrast_light",
    ],
    // Post
    &[
        "posts.open",
        "similar.open",
        "viewer.next",
        "viewer.previous",
        "similar.go_back",
        "viewer.close",
        "grid.menu",
    ],
    &[
        "similar.find",
        "posts.compare",
        "viewer.compare",
        "viewer.slideshow",
    ],
    &[
        "viewer.play",
        "viewer.frame_next",
        "viewer.frame_previous",
        "viewer.faster",
        "viewer.slower",
    ],
    &["post.tags"],
    &[
        "post.favorite",
        "post.rate_general",
        "post.rate_sensitive",
        "post.rate_questionable",
        "post.rate_explicit",
        "post.unrate",
    ],
    &[
        "viewer.copy_picture",
        "post.copy_paths",
        "post.copy_md5s",
        "post.copy_tags",
    ],
    &["viewer.folder", "viewer.open_with"],
    &["posts.trash", "viewer.trash", "post.remove"],
    // Help
    &["window.palette", "window.keys", "window.search_help"],
    &["window.about"],
    // Tools
    &["similar.page", "duplicates.page", "memory.release"],
    &["similar.choose", "similar.paste", "similar.within"],
    &[
        "similar.blended",
        "similar.semantic",
        "similar.visual",
        "similar.tags",
    ],
    &[
        "duplicates.find",
        "duplicates.back",
        "duplicates.confirm",
        "duplicates.undo",
    ],
    &[
        "duplicates.next",
        "duplicates.previous",
        "duplicates.member",
        "duplicates.tick_left",
        "duplicates.tick_right",
    ],
    &[
        "duplicates.side_by_side",
        "duplicates.flicker",
        "duplicates.difference",
        "duplicates.flip",
    ],
    &[
        "duplicates.keep_left",
        "duplicates.keep_right",
        "duplicates.keep_ticked",
        "duplicates.single_out",
        "duplicates.dismiss",
        "duplicates.trash",
    ],
];

/// The actions of a menu that `is_shown`, in groups that hold one at least.
pub fn groups_of(menu: Menu, is_shown: impl Fn(&Action) -> bool) -> Vec<Vec<&'static Action>> {
    let mut placed: Vec<(usize, usize, &'static Action)> = Vec::new();
    let mut last = (GROUPS.len(), 0);
    for action in all().filter(|it| it.menu == menu) {
        if let Some(place) = place_of(action.id) {
            last = place;
        }
        placed.push((last.0, last.1, action));
    }
    placed.retain(|it| is_shown(it.2));
    placed.sort_by_key(|it| (it.0, it.1));
    placed
        .chunk_by(|one, other| one.0 == other.0)
        .map(|group| group.iter().map(|it| it.2).collect())
        .collect()
}

fn place_of(id: &str) -> Option<(usize, usize)> {
    let mut groups = GROUPS.iter().enumerate();
    groups.find_map(|(index, group)| {
        let place = group.iter().position(|it| *it == id)?;
        Some((index, place))
    })
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::super::named;
    use super::*;

    #[test]
    fn each_group_holds_actions_of_one_menu_and_each_action_stands_once() {
        let mut seen = HashSet::new();
        for group in GROUPS {
            let menus: HashSet<Menu> = group
                .iter()
                .map(|id| {
                    named(id)
                        .unwrap_or_else(|| panic!("{id} is no action"))
                        .menu
                })
                .collect();
            assert_eq!(menus.len(), 1, "{group:?}");
            for id in *group {
                assert!(seen.insert(*id), "{id} stands twice");
            }
        }
    }

    #[test]
    fn a_menu_has_all_its_actions_in_short_groups() {
        for menu in Menu::ALL {
            let groups = groups_of(menu, |_| true);
            let num = all().filter(|it| it.menu == menu).count();
            assert_eq!(groups.iter().map(Vec::len).sum::<usize>(), num);
            for group in groups {
                let ids: Vec<_> = group.iter().map(|it| it.id).collect();
                assert!(ids.len() <= 9, "{ids:?}");
            }
        }
        let library = groups_of(Menu::Library, |_| true);
        let last = library.last().and_then(|it| it.last()).map(|it| it.id);
        assert_eq!(last, Some("window.quit"), "the end of the program is last");
    }
}
