//! The commands that are about a deployed stack alone.

use clap::{Args as Arguments, Subcommand};

#[derive(Subcommand)]
pub(crate) enum Dlq {
    /// List the dead letters, by ids alone
    ///
    /// Those of the mirrors that are on are among them, each with the system that it was for. They are out of sight of others for a moment. A FIFO queue shows at most ten of a company at once; how many
    /// stand behind them is told.
    #[command(
        after_help = "Example:\n  rollcall --profile aws --stack rollcall dlq list\n\n\
        Exit code: 1 when there are dead letters."
    )]
    List {
        /// Print data instead of text
        #[arg(long)]
        json: bool,
    },
    /// Show one dead letter: what it asks for, and what set it off
    #[command(
        after_help = "Example:\n  rollcall --profile aws --stack rollcall dlq show 5f0c1a1e-0d1b-4d3b-9c55-2d8f6a0e7b31\n\n\
        Exit code: 1 when there is no such dead letter, or it is behind ten others of its company."
    )]
    Show {
        /// Its id, as list prints it
        #[arg(value_name = "ID")]
        id: String,
        /// Print data instead of text
        #[arg(long)]
        json: bool,
    },
    /// Send dead letters to the workers again
    ///
    /// Each is sent to the queue that it comes from, in its group and under a new deduplication id, then deleted from the dead letters: if this is
    /// stopped in between, a letter is worked on twice, which does no harm, and never lost.
    #[command(
        after_help = "Example:\n  rollcall --profile aws --stack rollcall dlq redrive --all\n  \
        rollcall --profile aws --stack rollcall dlq redrive 5f0c1a1e-0d1b-4d3b-9c55-2d8f6a0e7b31\n\n\
        Exit code: 1 when one of the ids is not to be found, 3 when the queue refused; what was sent by\n\
        then is shown."
    )]
    Redrive {
        /// Which, by their ids
        #[arg(
            value_name = "ID",
            required_unless_present = "all",
            conflicts_with = "all"
        )]
        ids: Vec<String>,
        /// Every one
        #[arg(long)]
        all: bool,
        /// Print data instead of text
        #[arg(long)]
        json: bool,
    },
}

#[derive(Subcommand)]
pub(crate) enum Callbacks {
    /// Compare the PSA's entries with what is wanted: contacts and companies, to our address, switched on
    #[command(
        after_help = "Example:\n  rollcall --profile aws --stack rollcall callbacks check\n\n\
        Exit code: 1 when something is missing or wrong."
    )]
    Check {
        /// Print data instead of text
        #[arg(long)]
        json: bool,
    },
    /// Make what is missing, switch on again what was switched off, and delete what strays, of ours alone
    #[command(
        after_help = "Example:\n  rollcall --profile aws --stack rollcall callbacks register\n\n\
        Exit code: 1 when something is still wrong afterwards, 3 when the PSA failed."
    )]
    Register {
        /// Print data instead of text
        #[arg(long)]
        json: bool,
    },
    /// Delete our entries, and no others: from then on the stack is told of nothing
    #[command(
        after_help = "Example:\n  rollcall --profile aws --stack rollcall callbacks remove\n\n\
        Exit code: 1 when the answer was no, 3 when the PSA failed."
    )]
    Remove {
        /// Do it without asking
        #[arg(long)]
        yes: bool,
        /// Print data instead of text; does not ask
        #[arg(long)]
        json: bool,
    },
}

#[derive(Arguments)]
pub(crate) struct Doctor {
    /// Print data instead of text
    #[arg(long)]
    pub(crate) json: bool,
}
