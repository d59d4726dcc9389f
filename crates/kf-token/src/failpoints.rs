//! Named places where tests end a process: what is lost then must be nothing that cannot be had again.

/// The places, in the order in which a fetch comes to them, or a code that is redeemed.
#[cfg(feature = "failpoints")]
pub const NAMES: [&str; 8] = [
    "before-look",
    "before-lease",
    "before-ask",
    "after-ask",
    "after-redeem",
    "before-rename",
    "after-rename",
    "after-save",
];

#[cfg(feature = "failpoints")]
static HOOK: std::sync::OnceLock<fn(&'static str)> = std::sync::OnceLock::new();

/// Has a function called at each place of this process, on the thread that comes there. The first one stays.
#[cfg(feature = "failpoints")]
pub fn set(hook: fn(&'static str)) {
    let _ = HOOK.set(hook);
}

/// Such a place.
#[inline]
pub(crate) fn reach(name: &'static str) {
    #[cfg(feature = "failpoints")]
    if let Some(hook) = HOOK.get() {
        hook(name);
    }
    let _ = name;
}
