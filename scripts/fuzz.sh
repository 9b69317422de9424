#!/bin/sh
# Fuzzes one target: scripts/fuzz.sh TARGET [SECONDS]. Without a target, names them.
# Needs a nightly compiler (rustup toolchain install nightly). What it finds is left in fuzz/artifacts/TARGET; put a
# small copy into fuzz/corpus/TARGET with the fix, and every `cargo test` will replay it.
set -eu

cd "$(dirname "$0")/../fuzz"
if [ $# -eq 0 ]; then
    echo "usage: scripts/fuzz.sh TARGET [SECONDS]; targets:"
    for file in fuzz_targets/*.rs; do basename "$file" .rs; done
    exit 2
fi
target=$1
seconds=${2:-60}
[ -f "fuzz_targets/$target.rs" ] || { echo "there is no target $target" >&2; exit 2; }
cargo +nightly --version >/dev/null 2>&1 || { echo "a nightly compiler is needed: rustup toolchain install nightly" >&2; exit 1; }

# Coverage counters and comparisons for libFuzzer, and the address sanitizer, as cargo-fuzz sets them. With --target, the
# flags do not reach build scripts.
triple=$(rustc +nightly -vV | sed -n 's/^host: //p')
flags="-Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 -Cllvm-args=-sanitizer-coverage-inline-8bit-counters"
flags="$flags -Cllvm-args=-sanitizer-coverage-pc-table -Cllvm-args=-sanitizer-coverage-trace-compares"
flags="$flags -Zsanitizer=address -Ccodegen-units=1 --cfg fuzzing"
RUSTFLAGS="$flags" cargo +nightly build -q --release --target "$triple" --bin "$target"

mkdir -p "target/corpus/$target" "artifacts/$target"
# New inputs go into target/, so that the seeds in the repository stay small.
exec "target/$triple/release/$target" "target/corpus/$target" "corpus/$target" \
    -max_total_time="$seconds" -max_len=65536 -timeout=10 -rss_limit_mb=2048 -artifact_prefix="artifacts/$target/" \
    -print_final_stats=1
