//! How much memory a thread holds.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

/// Counts, for each thread, what it holds and the most it ever held.
struct Counting;

#[global_allocator]
static COUNTING: Counting = Counting;

thread_local! {
    static HELD: Cell<(isize, isize)> = const { Cell::new((0, 0)) };
}

/// The most bytes that this thread held at once during `work`, beyond what it held before.
pub fn most_held<T>(work: impl FnOnce() -> T) -> (usize, T) {
    let before = HELD.get().0;
    HELD.set((before, before));
    let result = work();
    ((HELD.get().1 - before).max(0) as usize, result)
}

/// The bytes that what `make` gives holds.
pub fn held_by<T>(make: impl FnOnce() -> T) -> (usize, T) {
    let before = HELD.get().0;
    let made = make();
    ((HELD.get().0 - before).max(0) as usize, made)
}

fn count(by: isize) {
    // A thread that ends has no counter any more.
    let _ = HELD.try_with(|held| {
        let (now, most) = held.get();
        held.set((now + by, most.max(now + by)));
    });
}

// SAFETY: all is left to the system's allocator.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count(layout.size() as isize);
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        count(layout.size() as isize);
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn dealloc(&self, place: *mut u8, layout: Layout) {
        count(-(layout.size() as isize));
        unsafe { System.dealloc(place, layout) }
    }

    unsafe fn realloc(&self, place: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        count(size as isize - layout.size() as isize);
        unsafe { System.realloc(place, layout, size) }
    }
}
