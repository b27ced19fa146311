//! Workspace-level tests.

#[cfg(test)]
mod replay;
#[cfg(test)]
mod samples;
mod scenarios;
mod stack;
mod tidy;
