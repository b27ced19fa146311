//! Work messages in and out of SQS FIFO.
