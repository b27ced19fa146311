//! The commands that look at IT Glue.

use clap::Args as Arguments;
use model::CompanyId;

#[derive(Arguments)]
pub(crate) struct Directory {
    /// Which company, by its id in the PSA
    #[arg(long, value_name = "ID")]
    pub(crate) company: CompanyId,
    /// Print data instead of text
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Arguments)]
pub(crate) struct Vips {
    /// Only those of this company, by its id in the PSA
    #[arg(long, value_name = "ID")]
    pub(crate) company: Option<CompanyId>,
    /// Print data instead of text
    #[arg(long)]
    pub(crate) json: bool,
}
