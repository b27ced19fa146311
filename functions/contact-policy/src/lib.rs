//! SQS FIFO: bring one company's contacts in line with the rules.
