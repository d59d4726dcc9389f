//! kf-model in a static library without std.
//!
//! The panic handler is the test: were `std` among the dependencies, there would be two, and the build fails (E0152).

#![no_std]
#![forbid(unsafe_code)]

extern crate alloc;

use core::panic::PanicInfo;

use dlmalloc::GlobalDlmalloc;

#[global_allocator]
static ALLOCATOR: GlobalDlmalloc = GlobalDlmalloc;

#[panic_handler]
fn panic(_: &PanicInfo<'_>) -> ! {
    loop {}
}

/// Uses the model, so that it is built and linked.
pub fn is_account(text: &str) -> bool {
    text.parse::<kf_model::KfAccount>().is_ok()
}

/// Uses the decoder as well.
#[cfg(feature = "json")]
pub fn is_listing(body: &[u8]) -> bool {
    kf_model::decode::<kf_model::accounts::ListAccounts>(200, body).is_ok()
}
