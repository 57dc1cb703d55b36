//! What a frame of 20 ms costs in time, piece by piece. A thousand calls have 50,000 frames a second
//! each way, so that 1 µs a frame is 5 % of a core. `counts` has the same pieces in instructions.

mod batch;
mod decoder;
mod mixer;
mod pacing;
mod pieces;
mod resampler;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};

fn hot_path(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("hot path");
    for mut piece in pieces::all() {
        group.throughput(Throughput::Elements(piece.frames));
        group.bench_function(&piece.name, |bencher| bencher.iter(&mut piece.run));
    }
    group.finish();
}

criterion_group!(benches, hot_path);
criterion_main!(benches);
