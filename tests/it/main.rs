//! Workspace-level tests.

#[cfg(test)]
mod faults;
#[cfg(test)]
mod mirror_visits;
#[cfg(test)]
mod mirrors;
#[cfg(test)]
mod replay;
#[cfg(test)]
mod samples;
#[cfg(test)]
mod scenarios;
#[cfg(test)]
mod setting;
#[cfg(test)]
mod simulation;
#[cfg(test)]
mod stack;
mod tidy;
#[cfg(test)]
mod undo;
