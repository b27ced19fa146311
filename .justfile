# Recipes with the names of the jobs in CI. `just` lists them.

sam := "sam"
config := "--config-file .config/samconfig.toml"
export SAM_CLI_TELEMETRY := "0"

_list:
    @just --list --unsorted

# Everything that must pass; what CI runs.
check:
    tests/run

# Builds with the oldest Rust that the manifest promises.
msrv:
    .ci/msrv

# One or more steps of the check: format, lint, deny, doc, test, journal, scan, template, e2e.
step +names:
    tests/run {{ names }}

# Formats all code.
format:
    cargo fmt --all

# Licenses, duplicates, sources and advisories of the dependencies. Needs cargo-deny.
deny:
    cargo deny check

# Dependencies that nobody uses. Needs cargo-machete.
machete:
    cargo machete

# Sends the sample events through everything, against the sandbox.
replay:
    cargo run -- replay events/

# Builds the functions for Lambda. Needs SAM and cargo-lambda; docs/operations.md has the steps. Parameters as for `deploy`.
build *parameters:
    {{ sam }} build {{ config }} {{ if parameters == "" { "" } else { "--parameter-overrides " + parameters } }}

# Deploys for the ConnectWise login company given; shows the changes and asks first.
deploy company *parameters: (build parameters)
    {{ sam }} deploy {{ config }} --parameter-overrides ConnectWiseLoginCompany={{ company }} {{ parameters }}
