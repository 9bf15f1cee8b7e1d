# Daily commands; `just` lists them. Each is one line that also works without just.

# Builds the program
build:
    cargo build --release

# Runs all tests, as the README does
test *ARGS:
    cargo test --release {{ARGS}}

# Format and lints, as the gate checks them
lint:
    cargo fmt --all
    cargo clippy --locked --release --all-targets -- -D warnings

# Writes the snapshots and tables that follow from a registry anew
bless:
    INSTA_UPDATE=always RANDSPLIT_BLESS=1 cargo test --release --test it -- lists_in_the_docs snapshots page schema

# The gate
ci:
    bash .ci/run

# The kernels' benchmarks
bench *ARGS:
    cargo bench {{ARGS}}

# The benchmarks against scikit-learn
bench-sklearn:
    python3 benches/vs_sklearn.py

# The documentation of the library and the book
docs:
    cargo doc --release --no-deps --lib
    mdbook build docs
