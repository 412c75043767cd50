# The commands that a contributor types: `uv run just <command>`; `uv run just` lists them.

[private]
default:
    @just --list --unsorted

# Play scenarios and write the report, such as `just run --row TL-06`; all of them without arguments
run *arguments:
    uv run threadproof run {{ arguments }}

# Build faults into the backend, such as `just prove --row TL-06`, and require scenarios to break; all without arguments
prove *arguments:
    uv run threadproof prove {{ arguments }}

# Play the features and test the suite itself, such as `just test support/tests/services -n 2`
test *arguments:
    uv run pytest {{ arguments }}

# Check style, format, types and imports; pre-commit and .ci/run call this too
check:
    uv run ruff check .
    uv run ruff format --check .
    uv run pyright
    uv run lint-imports

# Build the report once more from the results of the last run
report:
    uv run threadproof report
