//! Single records: how they are read, and how the answer to a write becomes one.

use crate::call::Call;
use crate::client::{Reader, Writer};
use crate::convert::{self, Misfit, Resource};
use crate::error::{Error, ErrorKind};
use crate::wire::{Envelope, Record};

impl Reader {
    /// Reads one record; none when the CRM says that there is none.
    pub(crate) async fn find<R: Resource>(&self, id: u64) -> Result<Option<R>, Error> {
        let call = Call::get(
            format!("read {} {id}", R::WORD),
            format!("{}/{id}", R::LIST),
        );
        match self.connection.fetch::<Envelope<Record>>(&call).await {
            Ok(Envelope { data }) => read(&call.operation, data),
            Err(error) if error.is_not_found() => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// The record that came with an answer, or, if the answer was cut short, the record itself.
    pub(crate) async fn whole<R: Resource>(
        &self,
        operation: &str,
        record: Record,
    ) -> Result<Option<R>, Error> {
        if R::is_whole(&record) {
            return read(operation, record);
        }
        let id = convert::id(&record).map_err(|misfit| odd(operation, misfit.below("data")))?;
        self.find(id).await
    }
}

impl Writer {
    /// Makes a write and returns the record as it is now.
    pub(crate) async fn write<R: Resource>(&self, call: &Call) -> Result<R, Error> {
        let Envelope { data } = self.reader.connection.fetch(call).await?;
        match self.reader.whole(&call.operation, data).await {
            Ok(Some(record)) => Ok(record),
            Ok(None) => Err(unchanged(&call.operation, R::WORD)),
            Err(error) if matches!(error.kind(), ErrorKind::Decode { .. }) => Err(error),
            // It took effect, whatever became of the reading.
            Err(error) => Err(error.into_lost()),
        }
    }
}

/// The CRM answered that all is well and did not do it.
pub(crate) fn unchanged(operation: &str, field: impl Into<String>) -> Error {
    let field = field.into();
    Error::new(operation, ErrorKind::Unchanged { field })
}

/// The answer has a property that does not fit.
pub(crate) fn odd(operation: &str, misfit: Misfit) -> Error {
    let Misfit(path) = misfit.below("$");
    Error::new(operation, ErrorKind::Decode { path })
}

fn read<R: Resource>(operation: &str, record: Record) -> Result<Option<R>, Error> {
    R::read(record).map_err(|misfit| odd(operation, misfit.below("data")))
}
