//! HTTP: authenticate a ConnectWise callback, put it on the queue.
