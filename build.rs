//! Compiles `proto/merestone/v1` with `protox`, a protobuf compiler in Rust:
//! a Rust toolchain is all that a build needs.

use std::{env, error::Error, fs, path::PathBuf};

use prost::Message;

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo:rerun-if-changed=proto");
    let mut files: Vec<PathBuf> =
        fs::read_dir("proto/merestone/v1")?.map(|entry| entry.map(|entry| entry.path())).collect::<Result<_, _>>()?;
    files.sort();
    let descriptors = protox::compile(&files, ["proto"])?;
    let out = PathBuf::from(env::var("OUT_DIR")?);
    fs::write(out.join("descriptors.bin"), descriptors.encode_to_vec())?;
    // Names let a message be read by its descriptor without saying which it is.
    let mut config = tonic_prost_build::Config::new();
    config.enable_type_names();
    let services = tonic_prost_build::configure().bytes(".").emit_rerun_if_changed(false);
    services.compile_fds_with_config(descriptors, config)?;
    Ok(())
}
