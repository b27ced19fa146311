//! The program as its users run it: a process with arguments, output and an exit code.

#[cfg(test)]
mod apply;
#[cfg(test)]
mod aws;
#[cfg(test)]
mod commands;
#[cfg(test)]
mod decisions;
#[cfg(test)]
mod directory;
#[cfg(test)]
mod drift;
mod forget;
#[cfg(test)]
mod log;
#[cfg(test)]
mod match_contacts;
#[cfg(test)]
mod mirrors;
#[cfg(test)]
mod preview;
#[cfg(test)]
mod program;
#[cfg(test)]
mod readme;
#[cfg(test)]
mod undo;
