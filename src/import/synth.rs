//! Made-up libraries in which tags are as frequent, and stand together as
//! often, as in a real one: for tests and figures that anyone can repeat.
//!
//! The vocabulary is Danbooru's 20,000 most frequent tags (see
//! `assets/vocabulary.LICENSE`). The rules:
//!
//! - A tag's chance follows its real count. Beyond the vocabulary, tag number r
//!   (by frequency) has the count `c · (20000 / r)^1.5`, c being that of the last
//!   real tag: the slope of the real counts from there on.
//! - Six in ten tags of a post are drawn by their chance; the others are
//!   partners of a tag that the post has already, by how often the two really
//!   stand together.
//! - Names beyond the vocabulary join two of its words. No two are equal.
//! - A tag so rare that chance might leave it out is given to one post, so that
//!   every tag is used where posts × tags a post allow it.
//!
//! The same options give the same posts. Posts are made one by one; what is
//! held does not grow with their number.

use std::collections::HashSet;
use std::path::PathBuf;

use crate::model::{
    Category, FileDraft, FileFormat, FileStamp, Md5, PictureFacts, PostDraft, Rating, TagDraft,
};

const VOCABULARY: &str = include_str!("../../assets/vocabulary.tsv");

/// Posts that the counts of the vocabulary were taken from, about.
const REAL_POSTS: f64 = 9_300_000.0;
const TAIL_EXPONENT: f64 = 1.5;
/// The part of a post's tags that follow another tag of it.
const PARTNER_SHARE: f64 = 0.4;
/// Tags expected on fewer posts than this are given to one.
const SURE_COUNT: f64 = 8.0;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SynthOptions {
    pub posts: u32,
    /// Different tags of all posts together.
    pub tags: u32,
    /// On average; single posts have from 0.4 to 1.6 times as many.
    pub tags_per_post: u32,
    pub seed: u64,
}

/// The posts, one by one.
pub fn generate(options: &SynthOptions) -> impl Iterator<Item = PostDraft> + use<> {
    let options = options.clone();
    let words = Words::new(options.tags);
    (0..options.posts).map(move |index| words.post(index, &options))
}

/// splitmix64: small, and good enough to draw tags with.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ mixed >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ mixed >> 31
    }

    /// From 0 to `end`, without it; 0 where `end` is 0.
    fn below(&mut self, end: u64) -> u64 {
        ((u128::from(self.next()) * u128::from(end)) >> 64) as u64
    }

    /// From 0 to 1, without it.
    fn unit(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// Near the middle of -3 to 3, like a normal distribution of deviation 1.
    fn bell(&mut self) -> f64 {
        let sum: f64 = (0..3).map(|_| self.unit()).sum();
        (sum - 1.5) * 2.0
    }
}

struct RealTag {
    name: &'static str,
    category: Category,
    count: f64,
}

/// Names, chances and partners of all tags.
struct Words {
    num_tags: u32,
    real: Vec<RealTag>,
    names: HashSet<&'static str>,
    /// Words of the vocabulary that further names are made of.
    parts: Vec<&'static str>,
    /// Partner and posts having both, by tag; the ranges are in `near`.
    partners: Vec<(u32, u32)>,
    near: Vec<u32>,
    /// Walker's alias method: a chance and an alternative for each tag.
    chances: Vec<(f32, u32)>,
    /// Chance of each draw, by tag, is its weight divided by this.
    total_weight: f64,
}

impl Words {
    fn new(num_tags: u32) -> Self {
        let num_tags = num_tags.max(1);
        let mut words = Self {
            num_tags,
            real: Vec::new(),
            names: HashSet::new(),
            parts: Vec::new(),
            partners: Vec::new(),
            near: vec![0],
            chances: Vec::new(),
            total_weight: 0.0,
        };
        let mut known_parts = HashSet::new();
        for line in VOCABULARY.lines() {
            let mut fields = line.split('\t');
            let name = fields.next().unwrap_or_default();
            let mut number = || fields.next().and_then(|it| it.parse::<u32>().ok());
            let category = number().and_then(|it| Category::from_number(it as u8));
            let count = number().unwrap_or(1);
            words.names.insert(name);
            let is_word = |it: &&str| it.len() > 1 && it.bytes().all(|b| b.is_ascii_lowercase());
            for part in name.split('_').filter(is_word) {
                if known_parts.insert(part) {
                    words.parts.push(part);
                }
            }
            words.real.push(RealTag {
                name,
                category: category.unwrap_or_default(),
                count: f64::from(count),
            });
            let in_base36 = |it: &str| u32::from_str_radix(it, 36).ok();
            for pair in fields.next().unwrap_or_default().split(',') {
                if let Some((tag, both)) = pair.split_once(':')
                    && let (Some(tag), Some(both)) = (in_base36(tag), in_base36(both))
                    && tag < num_tags
                {
                    words.partners.push((tag, both));
                }
            }
            words.near.push(words.partners.len() as u32);
        }
        words.prepare_draws();
        words
    }

    /// Posts that would have the tag, of [`REAL_POSTS`].
    fn count(&self, tag: u32) -> f64 {
        match self.real.get(tag as usize) {
            Some(real) => real.count,
            None => {
                let num_real = self.real.len() as f64;
                let last = self.real.last().map_or(1.0, |it| it.count);
                last * (num_real / (f64::from(tag) + 1.0)).powf(TAIL_EXPONENT)
            }
        }
    }

    /// Draws of such weights, as many as tags a real post has, put a tag on
    /// its real share of the posts.
    fn weight(&self, tag: u32) -> f64 {
        -(-(self.count(tag) / REAL_POSTS).min(0.99)).ln_1p()
    }

    fn prepare_draws(&mut self) {
        let num = self.num_tags as usize;
        let mut weights: Vec<f64> = (0..self.num_tags).map(|it| self.weight(it)).collect();
        self.total_weight = weights.iter().sum();
        let scale = num as f64 / self.total_weight;
        weights.iter_mut().for_each(|it| *it *= scale);
        self.chances = (0..self.num_tags).map(|it| (1.0, it)).collect();
        let is_small = |it: &u32| weights.get(*it as usize).is_some_and(|w| *w < 1.0);
        let (mut small, mut large): (Vec<u32>, Vec<u32>) = (0..self.num_tags).partition(is_small);
        while let (Some(low), Some(&high)) = (small.pop(), large.last()) {
            let weight = weights[low as usize];
            self.chances[low as usize] = (weight as f32, high);
            let rest = weights[high as usize] - (1.0 - weight);
            weights[high as usize] = rest;
            if rest < 1.0 {
                large.pop();
                small.push(high);
            }
        }
    }

    fn draw(&self, random: &mut Random) -> u32 {
        let tag = random.below(u64::from(self.num_tags)) as u32;
        match self.chances.get(tag as usize) {
            Some(&(chance, other)) if random.unit() as f32 >= chance => other,
            _ => tag,
        }
    }

    /// One that stands with `tag`, by how often; `None` where none is known.
    fn draw_partner(&self, tag: u32, random: &mut Random) -> Option<u32> {
        let start = *self.near.get(tag as usize)? as usize;
        let end = *self.near.get(tag as usize + 1)? as usize;
        let partners = self.partners.get(start..end)?;
        let total: u64 = partners.iter().map(|it| u64::from(it.1)).sum();
        let mut at = random.below(total);
        for &(partner, both) in partners {
            match at.checked_sub(u64::from(both)) {
                Some(rest) => at = rest,
                None => return Some(partner),
            }
        }
        None
    }

    fn tag(&self, tag: u32) -> TagDraft {
        let (name, category) = match self.real.get(tag as usize) {
            Some(real) => (real.name.to_owned(), real.category),
            None => {
                // Made-up tags have the categories of the rarer real ones.
                let beyond = tag as usize - self.real.len();
                let half = self.real.len() / 2;
                let like = self.real.get(half + beyond % half.max(1));
                (
                    self.made_up(beyond),
                    like.map(|it| it.category).unwrap_or_default(),
                )
            }
        };
        TagDraft {
            name,
            category: Some(category),
            ..Default::default()
        }
    }

    /// Two words of the vocabulary; a pair comes only once.
    fn made_up(&self, beyond: usize) -> String {
        let num = self.parts.len().max(1);
        let (first, round) = (beyond % num, beyond / num);
        let second = (first * 7919 + round + 1) % num;
        let part = |at: usize| self.parts.get(at).copied().unwrap_or("tag");
        let name = format!("{}_{}", part(first), part(second));
        if self.names.contains(name.as_str()) {
            format!("{name}_(synth)")
        } else {
            name
        }
    }

    /// Rare tags that belong to post `index`: each of them to one post, evenly.
    fn given(&self, index: u32, options: &SynthOptions) -> std::ops::Range<u32> {
        let draws = f64::from(options.posts) * f64::from(options.tags_per_post);
        let sure = SURE_COUNT * self.total_weight / draws.max(1.0);
        // Counts fall with the number of a tag.
        let (mut first, mut end) = (0, self.num_tags);
        while first < end {
            let middle = first + (end - first) / 2;
            if self.weight(middle) * (1.0 - PARTNER_SHARE) >= sure {
                first = middle + 1;
            } else {
                end = middle;
            }
        }
        let num_rare = u64::from(self.num_tags - first);
        let until = |index: u32| {
            let posts = u64::from(options.posts.max(1));
            first + (u64::from(index) * num_rare / posts) as u32
        };
        let range = until(index)..until(index + 1);
        range.start..range.end.min(range.start + options.tags_per_post.max(1))
    }

    fn post(&self, index: u32, options: &SynthOptions) -> PostDraft {
        let mut random =
            Random(options.seed ^ u64::from(index).wrapping_mul(0xd134_2543_de82_ef95));
        random.next();
        let tags = self.post_tags(index, options, &mut random);
        let mut md5 = [0; 16];
        for half in md5.chunks_exact_mut(8) {
            half.copy_from_slice(&random.next().to_le_bytes());
        }
        let md5 = Md5(md5);
        let format = match random.below(100) {
            0..70 => FileFormat::Jpeg,
            70..95 => FileFormat::Png,
            95..98 => FileFormat::WebP,
            _ => FileFormat::Gif,
        };
        let width = (1200.0 * (0.5 * random.bell()).exp()) as u32 + 64;
        let height = (1500.0 * (0.5 * random.bell()).exp()) as u32 + 64;
        let bytes_per_pixel = match format {
            FileFormat::Png => 1.2,
            FileFormat::Gif => 2.5,
            _ => 0.3,
        };
        let detail = (0.4 * random.bell()).exp();
        let size = f64::from(width) * f64::from(height) * bytes_per_pixel * detail;
        let rating = match random.below(100) {
            0..30 => Rating::General,
            30..75 => Rating::Sensitive,
            75..87 => Rating::Questionable,
            _ => Rating::Explicit,
        };
        let score = (12.0 * (1.2 * random.bell()).exp()) as i32 - 4;
        // From mid-2005 to mid-2025, ever more a year.
        let part = (f64::from(index) + random.unit()) / f64::from(options.posts.max(1));
        let created_at = 1_120_000_000 + (part.sqrt() * 630e6) as i64;
        let name = format!("{md5}.{}", format.extension());
        PostDraft {
            file: Some(FileDraft {
                path: PathBuf::from(format!("/synthetic/{:04}/{name}", index / 1000)),
                stamp: FileStamp {
                    size: size as u64,
                    modified_ns: created_at * 1_000_000_000,
                },
                sidecar_stamp: 0,
            }),
            md5: Some(md5),
            picture: Some(PictureFacts {
                format,
                width,
                height,
                is_animated: format == FileFormat::Gif,
                has_alpha: format == FileFormat::Png && random.below(4) == 0,
                phash: random.next(),
                color_hash: random.next() >> 22,
                thumbnail: Vec::new(),
            }),
            tags: tags.into_iter().map(|it| self.tag(it)).collect(),
            rating: Some(rating),
            score: Some(score),
            fav_count: Some((f64::from(score.max(0)) * (0.5 + random.unit())) as u32),
            created_at: Some(created_at),
            ..Default::default()
        }
    }

    fn post_tags(&self, index: u32, options: &SynthOptions, random: &mut Random) -> Vec<u32> {
        let mut tags: Vec<u32> = self.given(index, options).collect();
        let spread: f64 = (0..3).map(|_| random.unit()).sum();
        let wanted = f64::from(options.tags_per_post) * 0.4 * (1.0 + spread);
        let wanted = (wanted.round() as usize).min(self.num_tags as usize);
        // Few tags in all make for many draws of the same ones.
        for _ in 0..wanted * 20 {
            if tags.len() >= wanted {
                break;
            }
            let known = tags.get(random.below(tags.len() as u64) as usize).copied();
            let partner = match known {
                Some(tag) if random.unit() < PARTNER_SHARE => self.draw_partner(tag, random),
                _ => None,
            };
            let tag = partner.unwrap_or_else(|| self.draw(random));
            if !tags.contains(&tag) {
                tags.push(tag);
            }
        }
        tags
    }
}

#[cfg(test)]
mod tests {
    use std::collections::{HashMap, HashSet};

    use super::{SynthOptions, Words, generate};

    fn options(posts: u32, tags: u32) -> SynthOptions {
        SynthOptions {
            posts,
            tags,
            tags_per_post: 48,
            seed: 7,
        }
    }

    #[test]
    fn every_tag_is_used_and_the_mean_is_kept() {
        for (posts, tags) in [(2000, 3000), (1000, 30_000), (500, 20)] {
            let mut used = HashSet::new();
            let mut num = 0;
            for post in generate(&options(posts, tags)) {
                let names: HashSet<_> = post.tags.iter().map(|it| it.name.clone()).collect();
                assert_eq!(names.len(), post.tags.len(), "no tag twice");
                num += names.len();
                used.extend(names);
            }
            assert_eq!(used.len(), tags as usize);
            let mean = num as f64 / f64::from(posts);
            let expected = f64::from(tags.min(48));
            assert!((mean - expected).abs() < expected * 0.25, "{tags}: {mean}");
        }
    }

    #[test]
    fn shares_and_company_are_like_the_real_ones() {
        let mut counts: HashMap<String, u32> = HashMap::new();
        let mut with_sky = 0;
        for post in generate(&options(10_000, 21_000)) {
            let has = |name: &str| post.tags.iter().any(|it| it.name == name);
            with_sky += u32::from(has("cloud") && has("sky"));
            for tag in &post.tags {
                *counts.entry(tag.name.clone()).or_default() += 1;
            }
        }
        let girls = counts["1girl"];
        assert!((5000..9000).contains(&girls), "{girls}");
        assert!(counts["1girl"] > counts["blue_eyes"]);
        assert!(counts["blue_eyes"] > counts["cloud"] * 2);
        // By chance alone: both shares multiplied.
        let by_chance = f64::from(counts["cloud"]) * f64::from(counts["sky"]) / 10_000.0;
        assert!(
            f64::from(with_sky) > by_chance * 3.0,
            "{with_sky} {by_chance}"
        );
    }

    #[test]
    fn the_seed_decides_everything() {
        let first: Vec<_> = generate(&options(50, 500)).collect();
        assert_eq!(first, generate(&options(50, 500)).collect::<Vec<_>>());
        let other = SynthOptions {
            seed: 8,
            ..options(50, 500)
        };
        assert_ne!(first, generate(&other).collect::<Vec<_>>());
        let sums: HashSet<_> = first.iter().map(|it| it.md5).collect();
        assert_eq!(sums.len(), 50);
    }

    #[test]
    fn made_up_names_differ() {
        let words = Words::new(400_000);
        let names: HashSet<String> = (0..400_000).map(|it| words.tag(it).name).collect();
        assert_eq!(names.len(), 400_000);
    }
}
