//! Files that are played often are decoded once.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use callstreams::audio::{Filling, PlayOptions, Prompt, PromptCache};

struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("prompt-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&path).expect("a folder");
        Self(path)
    }

    fn write(&self, name: &str, pcm: &[u8]) -> PathBuf {
        let path = self.0.join(name);
        std::fs::write(&path, pcm).expect("a file");
        path
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn play(cache: &Arc<PromptCache>, path: &Path, options: PlayOptions) -> Vec<u8> {
    let mut prompt = cache.open(path, None, 8000, options).expect("opens");
    let mut filling = prompt.filling();
    while filling.as_mut().is_some_and(Filling::step) {}
    read_all(&mut prompt)
}

fn read_all(prompt: &mut Prompt) -> Vec<u8> {
    let mut pcm = Vec::new();
    while prompt.read(1000, &mut pcm).expect("reads") {}
    pcm
}

fn hear(cache: &Arc<PromptCache>, path: &Path) -> Vec<u8> {
    play(cache, path, PlayOptions::default())
}

#[test]
fn a_file_that_was_played_is_not_decoded_again() {
    let folder = Folder::new("again");
    let path = folder.write("a.sln", &[7; 9000]);
    let cache = PromptCache::new(100_000);
    assert_eq!(hear(&cache, &path), [7; 9000]);
    assert_eq!(hear(&cache, &path), [7; 9000]);
    let stats = cache.stats();
    assert_eq!((stats.hits, stats.misses, stats.files, stats.bytes), (1, 1, 1, 9000));
}

#[test]
fn a_changed_file_and_another_way_to_play_it_are_decoded_anew() {
    let folder = Folder::new("changed");
    let path = folder.write("a.sln", &[7; 9000]);
    let cache = PromptCache::new(100_000);
    hear(&cache, &path);
    let start = PlayOptions { start: Duration::from_millis(100), ..PlayOptions::default() };
    assert_eq!(play(&cache, &path, start).len(), 9000 - 1600);
    folder.write("a.sln", &[9; 9002]);
    assert_eq!(hear(&cache, &path), [9; 9002]);
    assert_eq!(cache.stats().hits, 0);
}

#[test]
fn the_least_recently_used_file_makes_room() {
    let folder = Folder::new("room");
    let files: Vec<_> =
        (0..3u8).map(|file| folder.write(&format!("{file}.sln"), &[file; 10_000])).collect();
    let cache = PromptCache::new(25_000);
    hear(&cache, &files[0]);
    hear(&cache, &files[1]);
    hear(&cache, &files[0]);
    hear(&cache, &files[2]);
    assert_eq!(cache.stats().bytes, 20_000);
    hear(&cache, &files[0]);
    assert_eq!(cache.stats().hits, 2);
    hear(&cache, &files[1]);
    assert_eq!(cache.stats().hits, 2);
    cache.set_limit(0);
    assert_eq!(cache.stats().bytes, 0);
    hear(&cache, &files[0]);
    assert_eq!(cache.stats().files, 0);
}

#[test]
fn a_file_that_is_being_decoded_is_decoded_once_and_all_who_play_it_go_over_to_that() {
    let folder = Folder::new("once");
    let pcm: Vec<u8> = (0..40_000).map(|at| (at / 2 % 251) as u8).collect();
    let path = folder.write("a.sln", &pcm);
    let cache = PromptCache::new(100_000);
    let mut prompts: Vec<_> = (0..3)
        .map(|_| cache.open(&path, None, 8000, PlayOptions::default()).expect("opens"))
        .collect();
    let mut filling = prompts[0].filling().expect("the first");
    assert!(prompts[1].filling().is_none());
    let mut head = Vec::new();
    prompts[2].read(1002, &mut head).expect("reads");
    while filling.step() {}
    assert!(prompts.iter().all(Prompt::is_cached));
    assert!(prompts[1].filling().is_none());
    folder.write("a.sln", &[9; 100]);
    assert_eq!(read_all(&mut prompts[1]), pcm);
    assert_eq!([head, read_all(&mut prompts[2])].concat(), pcm);
    assert_eq!(cache.stats().misses, 3);
}

#[test]
fn what_is_given_up_and_what_is_long_leaves_nothing_behind_and_the_long_is_not_tried_again() {
    let folder = Folder::new("nothing");
    let open = |cache: &Arc<PromptCache>, path: &Path| {
        cache.open(path, None, 8000, PlayOptions::default()).expect("opens")
    };
    let path = folder.write("a.sln", &vec![7; 90_000]);
    let cache = PromptCache::new(10_000_000);
    let prompt = open(&cache, &path);
    let mut filling = prompt.filling().expect("the first");
    assert!(filling.step());
    assert!((1..90_000).contains(&cache.stats().bytes));
    drop(filling);
    assert!(prompt.filling().is_some(), "it may be tried again");
    let long = folder.write("long.sln", &vec![7; 1_100_000]);
    assert_eq!(hear(&cache, &long).len(), 1_100_000);
    assert!(open(&cache, &long).filling().is_none());
    let stats = cache.stats();
    assert_eq!((stats.bytes, stats.files), (0, 0));
}

#[test]
fn a_loop_is_not_kept() {
    let folder = Folder::new("loop");
    let path = folder.write("a.sln", &[7; 1000]);
    let cache = PromptCache::new(100_000);
    let twice = PlayOptions { repeat: Some(2), ..PlayOptions::default() };
    assert_eq!(play(&cache, &path, twice).len(), 2000);
    assert_eq!(cache.stats().files, 0);
}
