//! The names of orders: Danbooru's `order:` and Gelbooru's `sort:`.

use std::fmt::{self, Display};

use super::ast::Order;
use crate::engine::tag_cache::{Column, CountedCategory, NameOrder, NamePart};
use crate::message::SORT_ORDERS;

/// Every name that `order:` takes; the first of an order is how it prints.
pub(super) const ORDERS: &[(&str, Order)] = &[
    ("id", by(Column::Id, true)),
    ("id_asc", by(Column::Id, true)),
    ("id_desc", by(Column::Id, false)),
    ("score", by(Column::Score, false)),
    ("score_asc", by(Column::Score, true)),
    ("favcount", by(Column::FavCount, false)),
    ("favcount_asc", by(Column::FavCount, true)),
    ("date", by(Column::Date, false)),
    ("date_asc", by(Column::Date, true)),
    ("created_at", by(Column::Date, false)),
    ("created_at_asc", by(Column::Date, true)),
    ("filesize", by(Column::FileSize, false)),
    ("filesize_asc", by(Column::FileSize, true)),
    ("size", by(Column::FileSize, false)),
    ("size_asc", by(Column::FileSize, true)),
    ("width", by(Column::Width, false)),
    ("width_asc", by(Column::Width, true)),
    ("height", by(Column::Height, false)),
    ("height_asc", by(Column::Height, true)),
    ("mpixels", by(Column::Megapixels, false)),
    ("mpixels_asc", by(Column::Megapixels, true)),
    ("landscape", by(Column::Ratio, false)),
    ("portrait", by(Column::Ratio, true)),
    ("ratio", by(Column::Ratio, false)),
    ("ratio_asc", by(Column::Ratio, true)),
    ("tagcount", by(Column::TagCount, false)),
    ("tagcount_asc", by(Column::TagCount, true)),
    ("gentags", by_tags(CountedCategory::General, false)),
    ("gentags_asc", by_tags(CountedCategory::General, true)),
    ("arttags", by_tags(CountedCategory::Artist, false)),
    ("arttags_asc", by_tags(CountedCategory::Artist, true)),
    ("copytags", by_tags(CountedCategory::Copyright, false)),
    ("copytags_asc", by_tags(CountedCategory::Copyright, true)),
    ("chartags", by_tags(CountedCategory::Character, false)),
    ("chartags_asc", by_tags(CountedCategory::Character, true)),
    ("metatags", by_tags(CountedCategory::Meta, false)),
    ("metatags_asc", by_tags(CountedCategory::Meta, true)),
    ("filename", by_name(NamePart::FileName, true)),
    ("filename_asc", by_name(NamePart::FileName, true)),
    ("filename_desc", by_name(NamePart::FileName, false)),
    ("path", by_name(NamePart::Path, true)),
    ("path_asc", by_name(NamePart::Path, true)),
    ("path_desc", by_name(NamePart::Path, false)),
    ("newest", by(Column::Id, false)),
    ("oldest", by(Column::Id, true)),
    ("none", by(Column::Id, false)),
    ("random", Order::Random),
    ("custom", Order::Custom),
];

const fn by(column: Column, ascending: bool) -> Order {
    Order::By { column, ascending }
}

const fn by_tags(category: CountedCategory, ascending: bool) -> Order {
    by(Column::TagCountOf(category), ascending)
}

const fn by_name(part: NamePart, ascending: bool) -> Order {
    Order::Name(NameOrder { part, ascending })
}

impl Order {
    /// As `order:` names it.
    pub(super) fn from_name(name: &str) -> Option<Self> {
        let find = |name: &str| ORDERS.iter().find(|it| it.0 == name).map(|it| it.1);
        // All go down by themselves, save those that have their own `_desc`.
        find(name).or_else(|| find(name.strip_suffix("_desc")?))
    }

    /// As the window offers it, where it does; else as it prints.
    pub(super) fn shown(self) -> String {
        let mut offered = SORT_ORDERS.iter();
        let name = offered.find(|it| Self::from_name(it) == Some(self));
        name.map_or_else(|| self.to_string(), |it| (*it).to_owned())
    }

    /// As Gelbooru's `sort:` names it: `score`, `score:asc`, `random`; down by itself.
    pub(super) fn from_sort(text: &str) -> Option<Self> {
        let (name, ascending) = match text.split_once(':') {
            None => (text, false),
            Some((name, "desc")) => (name, false),
            Some((name, "asc")) => (name, true),
            Some(_) => return None,
        };
        let downward = match name {
            "id" => by(Column::Id, false),
            "filename" => by_name(NamePart::FileName, false),
            "path" => by_name(NamePart::Path, false),
            name => Self::from_name(name)?,
        };
        match downward {
            order if !ascending => Some(order),
            order @ (Self::By { .. } | Self::Name(_)) => Some(order.reversed()),
            Self::Random | Self::Custom => None,
        }
    }
}

impl Display for Order {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = ORDERS.iter().find(|it| it.1 == *self).map(|it| it.0);
        f.write_str(name.unwrap_or("id_desc"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_order_that_is_offered_is_one_of_its_own() {
        for name in SORT_ORDERS {
            let order = Order::from_name(name);
            assert_eq!(order.map(Order::shown).as_deref(), Some(name));
        }
        assert_eq!(Order::default().shown(), SORT_ORDERS[0]);
        assert_eq!(by(Column::Ratio, true).shown(), "portrait");
        assert_eq!(by(Column::Width, false).shown(), "width");
    }

    #[test]
    fn gelbooru_sorts_down_unless_told() {
        let down = by(Column::Score, false);
        assert_eq!(Order::from_sort("score"), Some(down));
        assert_eq!(Order::from_sort("score:desc"), Some(down));
        assert_eq!(Order::from_sort("score:asc"), Some(by(Column::Score, true)));
        assert_eq!(Order::from_sort("id"), Some(by(Column::Id, false)));
        assert_eq!(Order::from_sort("random"), Some(Order::Random));
        assert_eq!(Order::from_sort("portrait"), Order::from_name("portrait"));
        for text in [
            "updated",
            "score:up",
            "score:asc:desc",
            "",
            ":",
            "random:asc",
        ] {
            assert_eq!(Order::from_sort(text), None, "{text}");
        }
    }
}
