fn main() {
    // So `napi build` has this crate compiled again where it has not kept the types that come of it.
    println!("cargo::rerun-if-env-changed=NAPI_FORCE_BUILD_CALLSTREAMS");
}
