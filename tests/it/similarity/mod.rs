//! Finding by embeddings, through the doors that the engine uses: a real store,
//! real files, the real FAISS.

mod damage;
mod groups;
mod searching;
mod shards;

use std::path::{Path, PathBuf};

use kobako::engine::similarity::index::{self, BuildPolicy, BuildReport, IndexKind};
use kobako::engine::similarity::{LoadOptions, SimilarityError, SimilarityIndex};
use kobako::library::{Library, OpenOptions, SimilarityStore};
use kobako::model::{ModelId, PostId};
use tempfile::TempDir;

pub const DIMENSIONS: usize = 64;

/// A library with embeddings in clusters, and what they are.
pub struct Fixture {
    dir: TempDir,
    pub library: Library,
    pub store: SimilarityStore,
    pub model: ModelId,
    /// By post, from 1.
    pub vectors: Vec<(PostId, Vec<f32>)>,
    random: Random,
}

pub struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    /// Around 0, most of it within 1.
    fn gauss(&mut self) -> f32 {
        (0..4)
            .map(|_| (self.next() >> 40) as f32 / 16_777_216.0 - 0.5)
            .sum::<f32>()
            * 1.7
    }
}

impl Fixture {
    pub fn new(num: usize) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let library = Library::open(dir.path(), &OpenOptions::default()).unwrap();
        let mut store = library.similarity("test").unwrap();
        let model = store.model("m", "M", DIMENSIONS as u32).unwrap();
        let mut fixture = Self {
            dir,
            library,
            store,
            model,
            vectors: Vec::new(),
            random: Random(0x9e37_79b9_7f4a_7c15),
        };
        fixture.add(num);
        fixture
    }

    pub fn path(&self) -> &Path {
        self.dir.path()
    }

    /// Posts that are new, with embeddings.
    pub fn add(&mut self, num: usize) {
        let first = self.vectors.len();
        for at in first..first + num {
            let vector = self.made_up();
            self.vectors.push((PostId(at as u32 + 1), vector));
        }
        self.put_from(first);
    }

    fn put_from(&mut self, first: usize) {
        for rows in self.vectors[first..].chunks(1000) {
            let rows: Vec<(PostId, &[f32])> = rows.iter().map(|it| (it.0, &*it.1)).collect();
            self.store.put(self.model, &rows).unwrap();
        }
    }

    /// Of one of fifty clusters.
    pub fn made_up(&mut self) -> Vec<f32> {
        let mut centre = Random(self.random.next() % 50 * 0x1234_5678_9abc + 0xdead_beef);
        let vector: Vec<f32> = (0..DIMENSIONS)
            .map(|_| centre.gauss() + 0.5 * self.random.gauss())
            .collect();
        let length = vector.iter().map(|it| it * it).sum::<f32>().sqrt();
        vector.iter().map(|it| it / length).collect()
    }

    pub fn build(&self, policy: &BuildPolicy) -> BuildReport {
        self.try_build(policy).unwrap()
    }

    pub fn try_build(&self, policy: &BuildPolicy) -> Result<BuildReport, SimilarityError> {
        index::build(
            self.path(),
            &self.store,
            self.model,
            policy,
            &|| false,
            &mut |_, _| {},
        )
    }

    pub fn load(&self) -> SimilarityIndex {
        self.try_load(&LoadOptions::default()).unwrap().unwrap()
    }

    pub fn try_load(
        &self,
        options: &LoadOptions,
    ) -> Result<Option<SimilarityIndex>, SimilarityError> {
        let loaded = SimilarityIndex::load(self.path(), &self.store, self.model, options)?;
        Ok(loaded.map(|it| it.0))
    }

    /// What one would find by looking at all.
    pub fn exact(
        &self,
        vector: &[f32],
        count: usize,
        accept: &dyn Fn(PostId) -> bool,
    ) -> Vec<(PostId, f32)> {
        let length = vector.iter().map(|it| it * it).sum::<f32>().sqrt();
        let mut all: Vec<(PostId, f32)> = self
            .vectors
            .iter()
            .filter(|it| accept(it.0))
            .map(|(post, other)| {
                let dot = vector.iter().zip(other).map(|(a, b)| a * b).sum::<f32>();
                (*post, dot / length)
            })
            .collect();
        all.sort_by(|a, b| b.1.total_cmp(&a.1));
        all.truncate(count);
        all
    }

    /// The share of the truly nearest that is found, of twenty questions; what
    /// is found has to be in order, with its cosine.
    pub fn recall(
        &mut self,
        index: &mut SimilarityIndex,
        count: usize,
        accept: &dyn Fn(PostId) -> bool,
    ) -> f32 {
        let mut num_wanted = 0;
        let mut num_found = 0;
        for _ in 0..20 {
            let query: Vec<f32> = self.made_up().iter().map(|it| it * 3.0).collect();
            let exact = self.exact(&query, count, accept);
            let found = index.nearest(&self.store, &query, count, accept).unwrap();
            assert!(found.is_sorted_by(|a, b| a.1 >= b.1), "{found:?}");
            let least = exact.last().map_or(0.0, |it| it.1) - 1e-3;
            for (post, cosine) in &found {
                let exact = self.exact(&query, 1, &|it| it == *post);
                assert!((exact[0].1 - cosine).abs() < 2e-3, "{post}: {cosine}");
                assert!(accept(*post));
                num_found += usize::from(*cosine >= least);
            }
            num_wanted += exact.len();
        }
        num_found as f32 / num_wanted.max(1) as f32
    }

    pub fn index_files(&self) -> Vec<PathBuf> {
        let mut files: Vec<PathBuf> = std::fs::read_dir(self.path().join("similarity"))
            .unwrap()
            .map(|it| it.unwrap().path())
            .collect();
        files.sort();
        files
    }
}

pub fn policy(kind: IndexKind) -> BuildPolicy {
    BuildPolicy {
        wish: Some(kind),
        ..BuildPolicy::default()
    }
}
