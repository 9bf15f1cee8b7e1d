//! An allocator that ends the program with a sentence where memory is refused, instead of with a
//! signal: a damaged file may claim a column of exabytes, and a large one may just not fit.

#![allow(unsafe_code)] // Allocators cannot be written without it; every call goes straight to the system's.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::io::Write;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use super::{ExitCode, interrupt, temporary};
use crate::data::is_reading;

/// The system's allocator; see the module.
pub struct GuardedAllocator;

/// No honest request is larger: one tebibyte.
const ABSURD: usize = 1 << 40;

/// Whether the program ends already.
static ENDING: AtomicBool = AtomicBool::new(false);

thread_local! {
    /// Whether it is this thread that ends it.
    static HERE: Cell<bool> = const { Cell::new(false) };
}

fn refused(size: usize) -> ! {
    let code = if size >= ABSURD { ExitCode::Input } else { ExitCode::Run };
    if HERE.get() {
        // What ends the program wants memory too, and there is none.
        interrupt::exit(code);
    }
    if ENDING.swap(true, Ordering::SeqCst) {
        loop {
            std::thread::sleep(Duration::from_secs(1));
        }
    }
    HERE.set(true);
    // The sentence first, and without memory: what follows may need some.
    let mut text = [0; 256];
    let mut rest = text.as_mut_slice();
    let _ = if size >= ABSURD && is_reading() {
        writeln!(rest, "error: the data file is damaged: a part of it claims to be {size} bytes long; write it again")
    } else if size >= ABSURD {
        writeln!(
            rest,
            "error: what is asked for needs {size} bytes of memory at once; lower the numbers in the options"
        )
    } else {
        writeln!(
            rest,
            "error: out of memory when {size} more bytes were needed; use fewer rows or columns, or a larger machine"
        )
    };
    let length = 256 - rest.len();
    let _ = std::io::stderr().write_all(&text[..length]);
    temporary::remove_all();
    interrupt::exit(code);
}

fn checked(size: usize, allocate: impl FnOnce() -> *mut u8) -> *mut u8 {
    if size >= ABSURD {
        refused(size);
    }
    let place = allocate();
    if place.is_null() {
        refused(size);
    }
    place
}

// SAFETY: every method passes its arguments on to `System` and returns what that returns, or does not return.
unsafe impl GlobalAlloc for GuardedAllocator {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        checked(layout.size(), || unsafe { System.alloc(layout) })
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        checked(layout.size(), || unsafe { System.alloc_zeroed(layout) })
    }

    unsafe fn realloc(&self, place: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        checked(size, || unsafe { System.realloc(place, layout, size) })
    }

    unsafe fn dealloc(&self, place: *mut u8, layout: Layout) {
        unsafe { System.dealloc(place, layout) };
    }
}
