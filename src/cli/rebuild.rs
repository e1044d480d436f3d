//! `rebuild`: throw the read models away and fold them again from the journal.

use super::{Exit, Failure, output::Output, serve};
use crate::server::{Directory, Node, NodeParts};

/// Rebuilds while the service is stopped. A service that starts with missing,
/// broken or foreign read models does the same by itself.
pub fn run(arguments: &serve::Arguments, output: &Output) -> Result<Exit, Failure> {
    let settings = arguments.read()?;
    let directory = Directory::new(&settings.data_dir);
    let mut progress = |_: u64, _: u64| {};
    let (parts, _) = directory.open(&settings, &mut progress).map_err(Failure::failed)?;
    let size = parts.journal.head().tree.size;
    let models = parts.models.discard().map_err(Failure::failed)?;
    let bar = output.progress(size.0);
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().map_err(Failure::failed)?;
    let digest = runtime.block_on(async {
        let node = Node::start(NodeParts { models, ..parts }).map_err(Failure::failed)?;
        let mut positions = node.model_positions();
        while positions.borrow_and_update().size < size {
            positions.changed().await.map_err(Failure::failed)?;
            bar.set_position(positions.borrow().size.0);
        }
        let digest = node.models().position().digest;
        tokio::task::spawn_blocking(move || node.stop()).await.map_err(Failure::failed)?;
        Ok::<_, Failure>(digest)
    })?;
    bar.finish_and_clear();
    output.line(&format!("read models rebuilt: {size} entries, digest {digest}"))?;
    Ok(Exit::Done)
}
